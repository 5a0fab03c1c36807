package dev.kindred.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A protobuf message while it is made, field by field, and gRPC's frame around one. */
final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message text(int number, String value) {
        return bytes(number, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int number, Message inner) {
        return bytes(number, inner.bytes());
    }

    Message bytes(int number, byte[] value) {
        varint(out, (long) number << 3 | 2);
        varint(out, value.length);
        out.writeBytes(value);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            out.write((int) (rest & 0x7F | 0x80));
        }
        out.write((int) rest);
    }

    /** Elements of BYTES as raw contents have them, each after its length. */
    static byte[] elements(byte[]... elements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] element : elements) {
            for (int shift = 0; shift < 32; shift += 8) {
                out.write(element.length >>> shift);
            }
            out.writeBytes(element);
        }
        return out.toByteArray();
    }

    static byte[] framed(byte[] message) {
        return framed(0, message.length, message);
    }

    /** @param length that is said, true or not */
    static byte[] framed(int flags, int length, byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(flags);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(length >>> shift);
        }
        out.writeBytes(message);
        return out.toByteArray();
    }
}
