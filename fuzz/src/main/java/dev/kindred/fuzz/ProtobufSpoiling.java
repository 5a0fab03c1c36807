package dev.kindred.fuzz;

import dev.kindred.core.Keyed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Spoils a protobuf message where its structure is: a field's number, type, length or value, at any depth; so that the rest of it is read. */
final class ProtobufSpoiling {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private static final long[] NUMBERS = {
        0, 1, 2, -1, 127, 128, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, 1L << 40
    };
    private static final String[] WORDS = {"FP32", "INT64", "BYTES", "FP64", "text", "image", "embedding", "role"};

    private final Keyed random;

    /** @param value without tag and length */
    @SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
    private record Field(int number, int type, byte[] value) {}

    private ProtobufSpoiling(Keyed random) {
        this.random = random;
    }

    static byte[] of(byte[] message, Keyed random) {
        ProtobufSpoiling spoiling = new ProtobufSpoiling(random);
        byte[] now = message;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            now = spoiling.once(now, 0);
        }
        return now;
    }

    private byte[] once(byte[] message, int depth) {
        List<Field> fields = fields(message);
        if (fields.isEmpty()) {
            return depth == 0 ? odd() : Odd.noise(random, random.nextInt(20));
        }
        int at = random.nextInt(fields.size());
        Field field = fields.get(at);
        boolean inner =
                field.type() == BYTES && depth < 6 && !fields(field.value()).isEmpty();
        if (inner && random.nextInt(3) > 0) {
            fields.set(at, new Field(field.number(), BYTES, once(field.value(), depth + 1)));
            return written(fields);
        }
        switch (random.nextInt(10)) {
            case 0 -> fields.remove(at);
            case 1 -> fields.add(at, field);
            case 2 -> fields.set(at, new Field(1 + random.nextInt(9), field.type(), field.value()));
            case 3 -> fields.set(at, new Field(field.number(), VARINT, number()));
            case 4 -> fields.set(at, new Field(field.number(), FIXED64, Odd.noise(random, 8)));
            case 5 -> fields.set(at, new Field(field.number(), FIXED32, Odd.noise(random, 4)));
            case 6 -> fields.set(at, new Field(field.number(), BYTES, resized(field.value())));
            case 7 -> fields.set(at, new Field(field.number(), BYTES, numbers()));
            case 8 -> fields.set(at, new Field(field.number(), BYTES, ByteSpoiling.of(field.value(), random)));
            default -> fields.set(at, new Field(field.number(), BYTES, word()));
        }
        return written(fields);
    }

    /** A message that begins with nothing: a group that never ends, fields that are none, much nesting. */
    private byte[] odd() {
        return switch (random.nextInt(4)) {
            case 0 -> repeated(new byte[] {0x0B}, 1 + random.nextInt(4_000));
            case 1 -> nested(1 + random.nextInt(200));
            case 2 -> new Message().text(1, Odd.text(random)).bytes();
            default -> Odd.noise(random, 1 + random.nextInt(60));
        };
    }

    private static byte[] repeated(byte[] part, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] nested(int depth) {
        Message message = new Message();
        for (int i = 0; i < depth; i++) {
            message = new Message().message(5, message);
        }
        return message.bytes();
    }

    private byte[] number() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Message.varint(out, NUMBERS[random.nextInt(NUMBERS.length)]);
        return out.toByteArray();
    }

    /** As packed sizes have it. */
    private byte[] numbers() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(5); i >= 0; i--) {
            Message.varint(out, NUMBERS[random.nextInt(NUMBERS.length)]);
        }
        return out.toByteArray();
    }

    private byte[] resized(byte[] value) {
        return Arrays.copyOf(value, random.nextInt(value.length + 1 + random.nextInt(3_000)));
    }

    private byte[] word() {
        String word = random.nextInt(3) == 0 ? Odd.one(random, WORDS) : Odd.text(random);
        return word.getBytes(StandardCharsets.UTF_8);
    }

    /** Empty where the bytes are no message. */
    private static List<Field> fields(byte[] message) {
        List<Field> fields = new ArrayList<>();
        int at = 0;
        while (at < message.length) {
            int end = varintEnd(message, at);
            if (end < 0) {
                return new ArrayList<>();
            }
            long tag = varint(message, at, end);
            int start = end;
            int type = (int) (tag & 7);
            switch (type) {
                case VARINT -> end = varintEnd(message, start);
                case FIXED64 -> end = start + 8;
                case FIXED32 -> end = start + 4;
                case BYTES -> {
                    start = varintEnd(message, end);
                    long length = start < 0 ? -1 : varint(message, end, start);
                    end = length < 0 || length > message.length ? -1 : start + (int) length;
                }
                default -> end = -1;
            }
            if (start < 0 || end < start || end > message.length || tag >>> 3 == 0 || tag >>> 3 > 1_000) {
                return new ArrayList<>();
            }
            fields.add(new Field((int) (tag >>> 3), type, Arrays.copyOfRange(message, start, end)));
            at = end;
        }
        return fields;
    }

    /** @return where it ends; -1 where it does not */
    private static int varintEnd(byte[] bytes, int from) {
        for (int at = from; at < bytes.length && at < from + 10; at++) {
            if (bytes[at] >= 0) {
                return at + 1;
            }
        }
        return -1;
    }

    private static long varint(byte[] bytes, int from, int to) {
        long value = 0;
        for (int at = to - 1; at >= from; at--) {
            value = value << 7 | bytes[at] & 0x7F;
        }
        return value;
    }

    private static byte[] written(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            Message.varint(out, (long) field.number() << 3 | field.type());
            if (field.type() == BYTES) {
                Message.varint(out, field.value().length);
            }
            out.writeBytes(field.value());
        }
        return out.toByteArray();
    }
}
