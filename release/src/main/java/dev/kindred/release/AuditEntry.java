package dev.kindred.release;

import com.google.gson.JsonObject;

/**
 * What somebody did, or was about to: never the content itself.
 *
 * @param at milliseconds since 1970
 * @param key the id of the key that was shown, never the key; {@code local} for whoever has the home's files
 * @param name what people call it
 * @param action what was done: {@code keys.add}, or method and address pattern of a request
 * @param collection empty where it concerns none
 * @param request its id; empty for a command
 */
public record AuditEntry(
        long at, String key, String name, String action, String collection, String request, JsonObject detail) {
    public AuditEntry {
        detail = detail.deepCopy();
    }

    /** Of somebody who works on the home's own files, by a command. */
    public static AuditEntry local(long at, String action, JsonObject detail) {
        return new AuditEntry(at, "local", System.getProperty("user.name", "somebody"), action, "", "", detail);
    }
}
