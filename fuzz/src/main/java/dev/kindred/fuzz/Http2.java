package dev.kindred.fuzz;

import dev.kindred.core.Keyed;
import dev.kindred.fuzz.Case.Ending;
import dev.kindred.fuzz.Case.Piece;
import dev.kindred.fuzz.Exchange.Header;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Spoils how HTTP/2 is spoken, over a plain connection: frames, streams, settings, header blocks, floods (RFC 9113, RFC 7541). */
final class Http2 {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final int MOST_FRAME = 16_384;

    private final String host;
    private final Keyed random;

    private Http2(String host, Keyed random) {
        this.host = host;
        this.random = random;
    }

    static Case of(long number, Exchange valid, String host, Keyed random) {
        return new Http2(host, random).spoiled(number, valid);
    }

    /** A call over gRPC as it stands, in frames that are sound. */
    static Case rpc(long number, String family, Exchange valid, Exchange spoiled, String host) {
        Http2 http2 = new Http2(host, Keyed.of(number));
        List<Piece> pieces = http2.sound(spoiled);
        return new Case(number, "grpc: " + family, valid.line(), pieces, Ending.STREAM_REPLY);
    }

    /** One request, and room for a reply of megabytes: nobody tells the server of more here. */
    private List<Piece> sound(Exchange valid) {
        byte[] wide = {0, 4, 0, 0x40, 0, 0};
        return List.of(
                Piece.of(PREFACE),
                Piece.of(frame(SETTINGS, 0, 0, wide)),
                Piece.of(frame(WINDOW_UPDATE, 0, 0, new byte[] {0, 0x40, 0, 0})),
                Piece.of(request(valid, 1)));
    }

    private Case spoiled(long number, Exchange valid) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(Piece.of(PREFACE));
        pieces.add(Piece.of(frame(SETTINGS, 0, 0, new byte[0])));
        String family;
        switch (random.nextInt(14)) {
            case 0 -> {
                family = "sound";
                return new Case(number, "http2: " + family, valid.line(), sound(valid), Ending.STREAM_REPLY);
            }
            case 1 -> {
                family = "bytes";
                pieces.add(Piece.of(ByteSpoiling.of(request(valid, 1), random)));
            }
            case 2 -> {
                family = "header block";
                byte[] block = ByteSpoiling.of(block(pseudo(valid), valid), random);
                pieces.add(Piece.of(frame(HEADERS, END_HEADERS | END_STREAM, 1, cut(block))));
            }
            case 3 -> {
                family = "pseudo headers";
                List<Header> odd = pseudo(valid);
                spoil(odd);
                pieces.add(Piece.of(frame(HEADERS, END_HEADERS | END_STREAM, 1, cut(block(odd, valid)))));
            }
            case 4 -> {
                family = "frames";
                for (int i = random.nextInt(12); i >= 0; i--) {
                    pieces.add(Piece.of(oddFrame()));
                }
                pieces.add(Piece.of(request(valid, 1)));
            }
            case 5 -> {
                family = "settings";
                pieces.add(Piece.repeated(frame(SETTINGS, 0, 0, settings()), 1 + random.nextInt(40)));
                pieces.add(Piece.of(request(valid, 1)));
            }
            case 6 -> {
                family = "streams reset";
                int last = 1 + random.nextInt(200);
                for (int stream = 1; stream <= last; stream += 2) {
                    pieces.add(Piece.of(request(valid, stream)));
                    pieces.add(Piece.of(frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8})));
                }
                return new Case(number, "http2: " + family, valid.line(), pieces, Ending.STREAMS);
            }
            case 7 -> {
                family = "continuation";
                byte[] block = block(pseudo(valid), valid);
                pieces.add(Piece.of(frame(HEADERS, 0, 1, cut(block))));
                pieces.add(Piece.repeated(
                        frame(CONTINUATION, 0, 1, literal("x-more", "y".repeat(random.nextInt(900)))),
                        random.nextInt(300)));
                pieces.add(Piece.of(frame(CONTINUATION, END_HEADERS, random.nextInt(3), new byte[0])));
            }
            case 8 -> {
                family = "pings";
                pieces.add(Piece.repeated(frame(PING, 0, 0, new byte[8]), random.nextInt(3_000)));
                pieces.add(Piece.of(request(valid, 1)));
            }
            case 9 -> {
                family = "windows";
                byte[] most = {0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
                pieces.add(Piece.repeated(frame(WINDOW_UPDATE, 0, random.nextInt(2), most), 1 + random.nextInt(3)));
                pieces.add(Piece.of(request(valid, 1)));
            }
            case 10 -> {
                family = "many streams";
                int last = 1 + random.nextInt(400);
                for (int stream = 1; stream <= last; stream += 2) {
                    pieces.add(Piece.of(request(valid, stream)));
                }
                return new Case(number, "http2: " + family, valid.line(), pieces, Ending.STREAMS);
            }
            case 11 -> {
                family = "padding";
                byte[] block = block(pseudo(valid), valid);
                byte[] padded = new byte[block.length + 1];
                padded[0] = (byte) random.nextInt(256);
                System.arraycopy(block, 0, padded, 1, block.length);
                pieces.add(Piece.of(frame(HEADERS, END_HEADERS | END_STREAM | 8, 1, cut(padded))));
            }
            case 12 -> {
                family = "length";
                byte[] spoiled = request(valid, 1);
                spoiled[random.nextInt(3)] = (byte) random.nextInt(256);
                pieces.add(Piece.of(spoiled));
            }
            default -> {
                family = "hung up";
                pieces.add(Piece.of(request(valid, 1)));
                return new Case(number, "http2: " + family, valid.line(), pieces, Ending.HUNG_UP);
            }
        }
        return new Case(number, "http2: " + family, valid.line(), pieces, Ending.FRAMES);
    }

    private byte[] oddFrame() {
        int type = random.nextInt(14);
        int length = random.nextInt(40) == 0 ? random.nextInt(MOST_FRAME) : random.nextInt(24);
        return frame(type, random.nextInt(256), random.nextInt(6), Odd.noise(random, length));
    }

    private byte[] settings() {
        byte[] all = new byte[6 * (1 + random.nextInt(6))];
        for (int at = 0; at < all.length; at += 6) {
            all[at + 1] = (byte) random.nextInt(9);
            int value = random.nextInt(3) == 0 ? (int) random.nextLong() : random.nextInt(1 << 16);
            for (int i = 0; i < 4; i++) {
                all[at + 2 + i] = (byte) (value >>> (24 - 8 * i));
            }
        }
        return all;
    }

    private List<Header> pseudo(Exchange valid) {
        List<Header> all = new ArrayList<>();
        all.add(new Header(":method", valid.method()));
        all.add(new Header(":scheme", "http"));
        all.add(new Header(":authority", host));
        all.add(new Header(":path", valid.address()));
        return all;
    }

    private void spoil(List<Header> headers) {
        int at = random.nextInt(headers.size());
        Header header = headers.get(at);
        switch (random.nextInt(7)) {
            case 0 -> headers.remove(at);
            case 1 -> headers.add(header);
            case 2 -> headers.set(at, new Header(header.name(), Odd.text(random)));
            case 3 -> headers.set(at, new Header(header.name().toUpperCase(Locale.ROOT), header.value()));
            case 4 -> headers.add(new Header(":status", "200"));
            case 5 -> headers.add(new Header("connection", "keep-alive"));
            default -> headers.add(0, new Header("te", Odd.text(random)));
        }
    }

    /** A whole request, its body in one frame or several. */
    private byte[] request(Exchange valid, int stream) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean bare = valid.body().length == 0;
        byte[] block = block(pseudo(valid), valid);
        out.writeBytes(frame(HEADERS, END_HEADERS | (bare ? END_STREAM : 0), stream, cut(block)));
        byte[] body = valid.body();
        for (int from = 0; from < body.length; from += MOST_FRAME) {
            int length = Math.min(MOST_FRAME, body.length - from);
            byte[] part = java.util.Arrays.copyOfRange(body, from, from + length);
            out.writeBytes(frame(DATA, from + length == body.length ? END_STREAM : 0, stream, part));
        }
        return out.toByteArray();
    }

    private static byte[] block(List<Header> pseudo, Exchange valid) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pseudo.forEach(header -> out.writeBytes(literal(header.name(), header.value())));
        String type = valid.type();
        if (type != null) {
            out.writeBytes(literal("content-type", type));
        }
        for (Header header : valid.headers()) {
            out.writeBytes(literal(header.name().toLowerCase(Locale.ROOT), header.value()));
        }
        return out.toByteArray();
    }

    private static byte[] cut(byte[] block) {
        return block.length <= MOST_FRAME ? block : java.util.Arrays.copyOf(block, MOST_FRAME);
    }

    /** A header that is in no table and put into none. */
    private static byte[] literal(String name, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        string(out, name.getBytes(StandardCharsets.UTF_8));
        string(out, value.getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, byte[] bytes) {
        if (bytes.length < 127) {
            out.write(bytes.length);
        } else {
            out.write(127);
            int rest = bytes.length - 127;
            for (; rest >= 128; rest >>>= 7) {
                out.write(rest & 0x7F | 0x80);
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (payload.length >>> 16);
        frame[1] = (byte) (payload.length >>> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[5] = (byte) (stream >>> 24);
        frame[6] = (byte) (stream >>> 16);
        frame[7] = (byte) (stream >>> 8);
        frame[8] = (byte) stream;
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }
}
