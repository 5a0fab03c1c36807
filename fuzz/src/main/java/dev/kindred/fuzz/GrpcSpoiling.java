package dev.kindred.fuzz;

import dev.kindred.core.Keyed;
import dev.kindred.fuzz.Exchange.Header;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Spoils a call over gRPC: its frame's flag and length, how many messages there are, the message, the headers that are gRPC's own. */
final class GrpcSpoiling {
    private static final int PREFIX = 5;
    private static final Header[] HEADERS = {
        new Header("grpc-timeout", "0n"),
        new Header("grpc-timeout", "1m"),
        new Header("grpc-timeout", "99999999H"),
        new Header("grpc-timeout", "-1S"),
        new Header("grpc-timeout", "123456789S"),
        new Header("grpc-timeout", ""),
        new Header("grpc-encoding", "gzip"),
        new Header("grpc-encoding", "snappy"),
        new Header("grpc-encoding", "identity"),
        new Header("grpc-accept-encoding", "x, gzip"),
        new Header("grpc-message-type", "none.Such"),
        new Header("grpc-status", "0"),
        new Header("grpc-tags-bin", "!!"),
        new Header("x-odd-bin", "AAA"),
        new Header("te", "gzip")
    };
    private static final String[] TYPES = {
        "application/grpc",
        "application/grpc+json",
        "application/grpc-web+proto",
        "application/grpc-web-text",
        "application/grpc;charset=x",
        "application/json",
        "application/protobuf",
        "text/plain"
    };

    /** @param family what sort of spoiling it is */
    record Spoiled(String family, Exchange exchange) {}

    private GrpcSpoiling() {}

    static Spoiled of(Exchange valid, Keyed random) {
        byte[] message = Arrays.copyOfRange(valid.body(), PREFIX, valid.body().length);
        // Half of them are read as messages: what is behind the parser is to be reached.
        return switch (random.nextInt(16)) {
            case 0 -> new Spoiled("length", valid.with(length(message, random)));
            case 1 -> new Spoiled("flag", valid.with(flagged(message, random)));
            case 2 ->
                new Spoiled(
                        "flag",
                        valid.with(new Header("grpc-encoding", "gzip"))
                                .with(flagged(
                                        random.nextInt(2) == 0 ? message : ByteSpoiling.gzip(random.nextInt(8 << 20)),
                                        1)));
            case 3 -> new Spoiled("cut short", valid.with(cut(valid.body(), random)));
            case 4 -> new Spoiled("cut short", valid.with(Message.framed(cut(message, random))));
            case 5 -> new Spoiled("noise", valid.with(Message.framed(Odd.noise(random, random.nextInt(400)))));
            case 6 -> new Spoiled("message bytes", valid.with(Message.framed(ByteSpoiling.of(message, random))));
            case 7 -> new Spoiled("several messages", valid.with(several(valid.body(), random)));
            case 8 -> new Spoiled("headers", headers(valid, random));
            case 9 -> new Spoiled("head", valid.typed(Odd.one(random, TYPES)));
            default -> new Spoiled("message", valid.with(Message.framed(ProtobufSpoiling.of(message, random))));
        };
    }

    private static byte[] length(byte[] message, Keyed random) {
        int[] odd = {
            0,
            1,
            -1,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            message.length + 1,
            message.length - 1,
            message.length + random.nextInt(5_000)
        };
        return Message.framed(0, odd[random.nextInt(odd.length)], message);
    }

    private static byte[] flagged(byte[] message, Keyed random) {
        return flagged(message, 1 + random.nextInt(255));
    }

    private static byte[] flagged(byte[] message, int flags) {
        return Message.framed(flags, message.length, message);
    }

    private static byte[] cut(byte[] bytes, Keyed random) {
        return Arrays.copyOf(bytes, bytes.length == 0 ? 0 : random.nextInt(bytes.length));
    }

    private static byte[] several(byte[] frame, Keyed random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int times = random.nextInt(4); times > 0; times--) {
            out.writeBytes(frame);
        }
        return out.size() == frame.length ? new byte[0] : out.toByteArray();
    }

    private static Exchange headers(Exchange valid, Keyed random) {
        Exchange now = valid;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            Header header = Odd.one(random, HEADERS);
            now = now.with(header);
        }
        return now;
    }
}
