package dev.kindred.fuzz;

import dev.kindred.core.Keyed;
import dev.kindred.fuzz.Case.Ending;
import dev.kindred.fuzz.Case.Piece;
import dev.kindred.fuzz.Exchange.Header;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Spoils how HTTP/1.1 itself is spoken: lengths, chunks, line ends, floods, what follows and what never comes. */
final class Framing {
    private static final String CHUNKED = "Transfer-Encoding";

    private final String host;
    private final Keyed random;

    private Framing(String host, Keyed random) {
        this.host = host;
        this.random = random;
    }

    /** @param number of the case */
    static Case of(long number, Exchange valid, String host, Keyed random) {
        return new Framing(host, random).spoiled(number, valid);
    }

    private Case spoiled(long number, Exchange valid) {
        byte[] whole = valid.bytes(host);
        return switch (random.nextInt(20)) {
            case 0 ->
                one(
                        number,
                        "cut short",
                        valid,
                        Ending.ANSWERED_OR_CLOSED,
                        Arrays.copyOf(whole, random.nextInt(whole.length)));
            case 1 -> one(number, "head spoiled", valid, Ending.ANSWERED_OR_CLOSED, headSpoiled(whole));
            case 2 -> one(number, "wrong length", valid, Ending.ANSWERED_OR_CLOSED, wrongLength(valid));
            case 3 -> one(number, "chunks", valid, Ending.LAST_REPLY, chunked(valid));
            case 4 -> one(number, "chunks spoiled", valid, Ending.ANSWERED_OR_CLOSED, chunksSpoiled(valid));
            case 5 -> one(number, "two lengths", valid, Ending.ANSWERED_OR_CLOSED, twoLengths(valid));
            case 6 -> one(number, "header flood", valid, Ending.ANSWERED_OR_CLOSED, flood(valid));
            case 7 -> one(number, "gzip", valid, Ending.LAST_REPLY, gzip(valid));
            case 8 -> pipelined(number, valid, whole);
            case 9 ->
                one(
                        number,
                        "expect",
                        valid,
                        Ending.LAST_REPLY,
                        valid.with(new Header("Expect", expected())).bytes(host));
            case 10 -> one(number, "upgrade", valid, Ending.ANSWERED_OR_CLOSED, upgrade(valid));
            case 11 ->
                one(number, "noise", valid, Ending.ANSWERED_OR_CLOSED, Odd.noise(random, 1 + random.nextInt(2_000)));
            case 12 ->
                one(number, "hung up", valid, Ending.HUNG_UP, Arrays.copyOf(whole, 1 + random.nextInt(whole.length)));
            case 13 -> one(number, "hung up", valid, Ending.HUNG_UP, whole);
            case 14 -> drip(number, valid, whole);
            case 15 -> one(number, "line ends", valid, Ending.ANSWERED_OR_CLOSED, lineEnds(valid));
            case 16 -> one(number, "version", valid, Ending.ANSWERED_OR_CLOSED, version(valid));
            case 17 -> one(number, "host", valid, Ending.ANSWERED_OR_CLOSED, hosts(valid));
            case 18 -> tiny(number, valid);
            default -> one(number, "long line", valid, Ending.ANSWERED_OR_CLOSED, longLine(valid));
        };
    }

    private static Case one(long number, String family, Exchange valid, Ending ending, byte[] bytes) {
        Ending told = ending == Ending.LAST_REPLY && valid.method().equals("HEAD") ? Ending.HEAD_REPLY : ending;
        return new Case(number, "http1: " + family, valid.line(), List.of(Piece.of(bytes)), told);
    }

    private byte[] headSpoiled(byte[] whole) {
        byte[] spoiled = whole.clone();
        int end = Math.min(spoiled.length, 200);
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            spoiled[random.nextInt(end)] = (byte) random.nextInt(256);
        }
        return spoiled;
    }

    private byte[] wrongLength(Exchange valid) {
        String[] odd = {
            "-1",
            "0",
            "1",
            "99999999999999999999",
            "9223372036854775807",
            "2147483648",
            "0x10",
            "1e3",
            "",
            " ",
            "+5",
            "5,5",
            String.valueOf(valid.body().length + 1 + random.nextInt(500)),
            String.valueOf(Math.max(0, valid.body().length - 1 - random.nextInt(20)))
        };
        return withHead(valid, new Header("Content-Length", Odd.one(random, odd)));
    }

    private byte[] twoLengths(Exchange valid) {
        Header length = new Header("Content-Length", String.valueOf(valid.body().length));
        return random.nextInt(2) == 0
                ? withHead(valid, length, new Header("Content-Length", String.valueOf(random.nextInt(90))))
                : withHead(valid, length, new Header(CHUNKED, random.nextInt(2) == 0 ? "chunked" : "chunked, chunked"));
    }

    private byte[] withHead(Exchange valid, Header... more) {
        List<Header> all = new ArrayList<>(valid.head(host));
        all.addAll(Arrays.asList(more));
        return joined(Exchange.head(line(valid), all), valid.body());
    }

    private static String line(Exchange valid) {
        return valid.method() + " " + valid.address() + " HTTP/1.1";
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private byte[] chunked(Exchange valid) {
        return joined(chunkedHead(valid), chunks(valid.body(), 1 + random.nextInt(4_000)), ascii("0\r\n\r\n"));
    }

    private byte[] chunkedHead(Exchange valid) {
        List<Header> all = new ArrayList<>(valid.head(host));
        all.add(new Header(CHUNKED, "chunked"));
        return Exchange.head(line(valid), all);
    }

    private static byte[] chunks(byte[] body, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int from = 0; from < body.length; from += size) {
            int length = Math.min(size, body.length - from);
            out.writeBytes(ascii(Integer.toHexString(length) + "\r\n"));
            out.write(body, from, length);
            out.writeBytes(ascii("\r\n"));
        }
        return out.toByteArray();
    }

    private byte[] chunksSpoiled(Exchange valid) {
        String[] sizes = {
            "-1",
            "ffffffffffffffff",
            "7fffffff",
            "80000000",
            "g",
            "",
            " 5",
            "5;" + "x".repeat(3_000),
            "5;a=\"",
            "0x5",
            "00000000000000000000000000000005",
            "\u0000"
        };
        byte[] rest = random.nextInt(2) == 0
                ? ascii("0\r\nA: " + "b".repeat(random.nextInt(40_000)) + "\r\n\r\n")
                : new byte[0];
        return joined(
                chunkedHead(valid),
                chunks(Arrays.copyOf(valid.body(), valid.body().length / 2), 50),
                ascii(Odd.one(random, sizes) + (random.nextInt(3) == 0 ? "\n" : "\r\n")),
                Odd.noise(random, random.nextInt(30)),
                rest);
    }

    /** A body of single bytes, as many as there are: each is cheap to send and dear to take. */
    private Case tiny(long number, Exchange valid) {
        int times = random.nextInt(50) == 0 ? 20_000 : 1 + random.nextInt(300);
        return new Case(
                number,
                "http1: tiny chunks",
                valid.line(),
                List.of(
                        Piece.of(chunkedHead(valid)),
                        Piece.repeated(ascii("1\r\n{\r\n"), times),
                        Piece.of(ascii("0\r\n\r\n"))),
                Ending.ANSWERED_OR_CLOSED);
    }

    private byte[] flood(Exchange valid) {
        List<Header> all = new ArrayList<>();
        switch (random.nextInt(3)) {
            case 0 -> all.add(new Header("X-Flood", "a".repeat(random.nextInt(200_000))));
            case 1 -> {
                for (int i = random.nextInt(4_000); i > 0; i--) {
                    all.add(new Header("X-" + i, "a"));
                }
            }
            default -> all.add(new Header("X-" + "n".repeat(random.nextInt(60_000)), "a"));
        }
        return withHead(valid, all.toArray(Header[]::new));
    }

    /** Says its body is packed; it unpacks to megabytes, or to nothing. */
    private byte[] gzip(Exchange valid) {
        byte[] body = random.nextInt(4) == 0 ? valid.body() : ByteSpoiling.gzip(random.nextInt(8 << 20));
        return valid.with(new Header("Content-Encoding", "gzip")).with(body).bytes(host);
    }

    private String expected() {
        String[] odd = {"100-continue", "200-ok", "", "100-continue, 100-continue"};
        return Odd.one(random, odd);
    }

    private byte[] upgrade(Exchange valid) {
        String[] to = {"h2c", "websocket", "h2c, x", "TLS/1.0"};
        return valid.with(new Header("Connection", "Upgrade, HTTP2-Settings"))
                .with(new Header("Upgrade", Odd.one(random, to)))
                .with(new Header("HTTP2-Settings", random.nextInt(2) == 0 ? "AAMAAABkAAQAAP__" : "!!"))
                .bytes(host);
    }

    private Case pipelined(long number, Exchange valid, byte[] whole) {
        byte[] behind = switch (random.nextInt(3)) {
            case 0 -> Odd.noise(random, 1 + random.nextInt(400));
            case 1 -> ascii("GET / HTTP/1.1\r\n");
            default -> ascii("GET /livez HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        };
        return new Case(
                number,
                "http1: pipelined",
                valid.line(),
                List.of(Piece.repeated(whole, 1 + random.nextInt(5)), Piece.of(behind)),
                Ending.ANSWERED_OR_CLOSED);
    }

    private Case drip(long number, Exchange valid, byte[] whole) {
        int cut = 1 + random.nextInt(whole.length);
        return new Case(
                number,
                "http1: in two",
                valid.line(),
                List.of(
                        Piece.of(Arrays.copyOf(whole, cut)),
                        new Piece(Arrays.copyOfRange(whole, cut, whole.length), 1, 1 + random.nextInt(5))),
                valid.method().equals("HEAD") ? Ending.HEAD_REPLY : Ending.LAST_REPLY);
    }

    private byte[] lineEnds(Exchange valid) {
        String head = new String(Exchange.head(line(valid), valid.head(host)), StandardCharsets.UTF_8);
        String spoiled = switch (random.nextInt(4)) {
            case 0 -> head.replace("\r\n", "\n");
            case 1 -> head.replace("\r\n", "\r");
            case 2 -> head.replaceFirst("\r\n", "\r\n folded\r\n");
            default -> head.replaceFirst(": ", " : ");
        };
        return joined(spoiled.getBytes(StandardCharsets.UTF_8), valid.body());
    }

    private byte[] version(Exchange valid) {
        String[] odd = {
            "HTTP/0.9", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/3", "HTTP/1.1.1", "HTTP/", "http/1.1", "RTSP/1.0", ""
        };
        return joined(
                Exchange.head(valid.method() + " " + valid.address() + " " + Odd.one(random, odd), valid.head(host)),
                valid.body());
    }

    private byte[] hosts(Exchange valid) {
        List<Header> all = new ArrayList<>(valid.head(host));
        String[] odd = {
            "", "evil.example", host + ", evil.example", "[::1", "a b", "localhost:99999", "@" + host, "\u00e9"
        };
        switch (random.nextInt(3)) {
            case 0 -> all.removeFirst();
            case 1 -> all.set(0, new Header("Host", Odd.one(random, odd)));
            default -> all.add(new Header("Host", Odd.one(random, odd)));
        }
        return joined(Exchange.head(line(valid), all), valid.body());
    }

    private byte[] longLine(Exchange valid) {
        String address = valid.address() + (valid.address().contains("?") ? "&" : "?") + "a="
                + "b".repeat(random.nextInt(100_000));
        return valid.at(address).bytes(host);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
