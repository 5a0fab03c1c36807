package dev.kindred.serve.seen;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import java.time.Instant;
import java.util.Locale;

/** One JSON object a line; Gson escapes line feeds, so that what a stranger sent never begins a line of its own. */
final class JsonLines implements LogForm {
    @Override
    public String of(LogEntry entry) {
        JsonObject line = switch (entry) {
            case LogEntry.Answered request -> answered(request);
            case LogEntry.Fault fault -> fault(fault);
            case LogEntry.Note note -> note(note);
        };
        return line + "\n";
    }

    private static JsonObject line(Instant time, Log.Level level, String event) {
        JsonObject line = new JsonObject();
        line.addProperty("time", time.toString());
        line.addProperty("level", level.name().toLowerCase(Locale.ROOT));
        line.addProperty("event", event);
        return line;
    }

    private static JsonObject answered(LogEntry.Answered request) {
        JsonObject line = line(request.time(), request.level(), "request");
        about(line, request);
        line.addProperty("code", request.code());
        line.addProperty("ms", Math.round(request.millis() * 1e3) / 1e3);
        if (request.batch() > 0) {
            line.addProperty("batch", request.batch());
        }
        line.addProperty("bytesIn", request.bytesIn());
        line.addProperty("bytesOut", request.bytesOut());
        if (request.degraded()) {
            line.addProperty("degraded", true);
        }
        return line;
    }

    private static void about(JsonObject line, LogEntry.Answered request) {
        line.addProperty("request", request.id());
        put(line, "trace", request.trace());
        line.addProperty("method", request.method());
        line.addProperty("route", request.route());
        put(line, "collection", request.collection());
        put(line, "release", request.release());
        put(line, "key", request.key());
    }

    private static void put(JsonObject line, String name, String value) {
        if (!value.isEmpty()) {
            line.addProperty(name, value);
        }
    }

    private static JsonObject fault(LogEntry.Fault fault) {
        JsonObject line = line(fault.time(), fault.level(), "fault");
        put(line, "request", fault.id().equals("-") ? "" : fault.id());
        put(line, "trace", fault.trace());
        line.addProperty("route", fault.where());
        put(line, "collection", fault.collection());
        put(line, "key", fault.key());
        // A refusal names the file and what to do.
        line.addProperty(
                "fault",
                fault.cause() instanceof Refusal refusal
                        ? refusal.line()
                        : fault.cause().toString());
        if (fault.stack()) {
            line.addProperty("stack", LogForm.stack(fault.cause()));
        }
        return line;
    }

    private static JsonObject note(LogEntry.Note note) {
        JsonObject line = line(note.time(), note.level(), note.event());
        line.addProperty("message", note.words());
        Throwable cause = note.cause();
        if (cause != null) {
            line.addProperty("stack", LogForm.stack(cause));
        }
        return line;
    }
}
