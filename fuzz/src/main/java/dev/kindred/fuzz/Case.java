package dev.kindred.fuzz;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One spoiled conversation, down to its bytes: what is sent, in which pieces, and how its end is told.
 *
 * @param number by which, with the seed, it is made again
 * @param family what sort of spoiling it is
 * @param route method and pattern of the address it began as
 * @param pieces sent one after another
 * @param ending what the server owes it
 */
public record Case(long number, String family, String route, List<Piece> pieces, Ending ending) {
    private static final int MOST_HEAD = 1 << 14;

    /**
     * @param times that the bytes are sent, one after another
     * @param pauseMillis before them
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
    public record Piece(byte[] bytes, int times, int pauseMillis) {
        static Piece of(byte[] bytes) {
            return new Piece(bytes, 1, 0);
        }

        static Piece repeated(byte[] bytes, int times) {
            return new Piece(bytes, times, 0);
        }
    }

    /** What is awaited, each within the driver's patience. */
    public enum Ending {
        /** One reply; the connection serves on where the server keeps it. */
        REPLY,
        /** The same to a request that takes its connection down with it. */
        LAST_REPLY,
        /** Like it, but without a body: the answer to HEAD. */
        HEAD_REPLY,
        /** Nothing more is sent: a reply, or the connection closed. */
        ANSWERED_OR_CLOSED,
        /** The client hangs up at once and reads nothing. */
        HUNG_UP,
        /** HTTP/2: the stream is answered or refused. */
        STREAM_REPLY,
        /** HTTP/2: some reply, a refusal of the stream or connection, or the connection closed. */
        FRAMES,
        /** The same of many streams, until nothing more comes. */
        STREAMS;

        /** Whether a server that only closes the connection has not answered. */
        boolean isAnswered() {
            return this == REPLY || this == LAST_REPLY || this == HEAD_REPLY || this == STREAM_REPLY;
        }
    }

    public Case {
        pieces = List.copyOf(pieces);
    }

    /** How many times it says itself for how long it will wait: so often may it be told that this was too short. */
    long deadlines() {
        long count = 0;
        for (Piece piece : pieces) {
            String head = new String(
                            piece.bytes(), 0, Math.min(piece.bytes().length, MOST_HEAD), StandardCharsets.ISO_8859_1)
                    .toLowerCase(Locale.ROOT);
            if (head.contains("kindred-timeout-ms") || head.contains("grpc-timeout")) {
                count += piece.times();
            }
        }
        return count;
    }

    /** The same with another key in place of the one it shows, which a server of another home does not know; both are as long. */
    public Case showing(String key) {
        if (key.isEmpty()) {
            return this;
        }
        Pattern shown = Pattern.compile("(Bearer )[!-~]{" + key.length() + "}");
        return new Case(
                number,
                family,
                route,
                pieces.stream()
                        .map(piece -> new Piece(
                                shown.matcher(new String(piece.bytes(), StandardCharsets.ISO_8859_1))
                                        .replaceAll(match -> Matcher.quoteReplacement(match.group(1) + key))
                                        .getBytes(StandardCharsets.ISO_8859_1),
                                piece.times(),
                                piece.pauseMillis()))
                        .toList(),
                ending);
    }

    /** Writes it where {@link #read} finds it. */
    void write(Path file, String found) {
        JsonObject json = new JsonObject();
        json.addProperty("found", found);
        json.addProperty("number", number);
        json.addProperty("family", family);
        json.addProperty("route", route);
        json.addProperty("ending", ending.name());
        JsonArray all = new JsonArray();
        for (Piece piece : pieces) {
            JsonObject one = new JsonObject();
            one.addProperty("base64", Base64.getEncoder().encodeToString(piece.bytes()));
            one.addProperty("times", piece.times());
            one.addProperty("pauseMillis", piece.pauseMillis());
            all.add(one);
        }
        json.add("pieces", all);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, json + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Case read(Path file) {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            List<Piece> pieces = new ArrayList<>();
            for (JsonElement element : json.getAsJsonArray("pieces")) {
                JsonObject one = element.getAsJsonObject();
                pieces.add(new Piece(
                        Base64.getDecoder().decode(one.get("base64").getAsString()),
                        one.get("times").getAsInt(),
                        one.get("pauseMillis").getAsInt()));
            }
            return new Case(
                    json.get("number").getAsLong(),
                    json.get("family").getAsString(),
                    json.get("route").getAsString(),
                    pieces,
                    Ending.valueOf(json.get("ending").getAsString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
