package dev.kindred.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What came back.
 *
 * @param code 0 where it could not be told
 * @param headers names in lower case; of several the last
 * @param keeps whether the connection serves on
 */
@SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
record Reply(int code, Map<String, String> headers, byte[] body, boolean keeps) {
    private static final int MOST_HEAD = 1 << 20;
    private static final int MOST_BODY = 256 << 20;

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** What gRPC says of the call; -1 where it says nothing. */
    int rpc() {
        String status = header("grpc-status");
        return status.matches("[0-9]{1,3}") ? Integer.parseInt(status) : -1;
    }

    /** Whether what was asked was done. */
    boolean isWell() {
        return code >= 200 && code < 300 && rpc() <= 0;
    }

    /**
     * Reads one reply of HTTP/1.1, past those that only say to go on.
     *
     * @param bodiless whether it answers HEAD
     * @throws EOFException where the connection ends before one begins or is whole
     */
    static Reply read(InputStream in, boolean bodiless) throws IOException {
        while (true) {
            String line = line(in);
            String[] words = line.split(" ", 3);
            if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-9][0-9][0-9]")) {
                throw new IOException("no reply begins with " + line);
            }
            int code = Integer.parseInt(words[1]);
            Map<String, String> headers = new LinkedHashMap<>();
            headers(in, headers);
            if (code == 101 || code >= 200) {
                return withBody(in, code, headers, bodiless || code == 204 || code == 304 || code == 101);
            }
        }
    }

    private static void headers(InputStream in, Map<String, String> headers) throws IOException {
        for (String next = line(in); !next.isEmpty(); next = line(in)) {
            int colon = next.indexOf(':');
            if (colon <= 0) {
                throw new IOException("no header is " + next);
            }
            headers.put(
                    next.substring(0, colon).toLowerCase(Locale.ROOT),
                    next.substring(colon + 1).strip());
        }
    }

    private static Reply withBody(InputStream in, int code, Map<String, String> headers, boolean bodiless)
            throws IOException {
        boolean keeps = !headers.getOrDefault("connection", "").equalsIgnoreCase("close") && code != 101;
        if (bodiless) {
            return new Reply(code, headers, new byte[0], keeps);
        }
        if (headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked")) {
            return new Reply(code, headers, chunks(in, headers), keeps);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return new Reply(code, headers, in.readNBytes(MOST_BODY), false);
        }
        int wanted = Integer.parseInt(length);
        if (wanted < 0 || wanted > MOST_BODY) {
            throw new IOException("a body of " + length + " bytes");
        }
        byte[] body = in.readNBytes(wanted);
        if (body.length < wanted) {
            throw new EOFException("a body of " + wanted + " bytes ended after " + body.length);
        }
        return new Reply(code, headers, body, keeps);
    }

    /** @param headers that trailers are put to */
    private static byte[] chunks(InputStream in, Map<String, String> headers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            int wanted = Integer.parseInt(size.split(";", 2)[0].strip(), 16);
            if (wanted == 0) {
                headers(in, headers);
                return body.toByteArray();
            }
            if (wanted < 0 || body.size() + (long) wanted > MOST_BODY) {
                throw new IOException("a body of more than " + MOST_BODY + " bytes");
            }
            byte[] chunk = in.readNBytes(wanted);
            body.writeBytes(chunk);
            line(in);
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection was closed");
            }
            if (line.size() > MOST_HEAD) {
                throw new IOException("a line of more than a megabyte");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
