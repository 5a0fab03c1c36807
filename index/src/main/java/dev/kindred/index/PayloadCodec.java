package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A payload as bytes, field after field: name length (uint8), name (UTF-8), type (uint8), value length (int32), value. Numbers are
 * little-endian. A filter finds its field without decoding the others.
 */
final class PayloadCodec {
    /** The largest payload, as bytes. */
    static final int MAX_BYTES = 1 << 20;

    /** The most fields of a payload; a filter could ask for each. */
    static final int MAX_FIELDS = 1_000;

    private static final int TEXT = 1;
    private static final int WHOLE = 2;
    private static final int REAL = 3;
    private static final int FLAG = 4;
    private static final int MOMENT = 5;
    private static final int WORDS = 6;

    private PayloadCodec() {}

    /** @param where names the item in a refusal */
    static byte[] encode(Map<String, Value> payload, String where) {
        if (payload.size() > MAX_FIELDS) {
            throw new Refusal(
                    "has a payload of %,d fields".formatted(payload.size()),
                    where,
                    "a payload has at most 1,000 fields; keep the rest in the source");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (Map.Entry<String, Value> field : payload.entrySet()) {
                byte[] name = field.getKey().getBytes(StandardCharsets.UTF_8);
                if (name.length < 1 || name.length > 255) {
                    throw new Refusal(
                            "has a payload field whose name is empty or longer than 255 bytes", where, "rename it");
                }
                byte[] value = encode(field.getValue());
                out.writeByte(name.length);
                out.write(name);
                out.writeByte(type(field.getValue()));
                out.writeInt(Integer.reverseBytes(value.length));
                out.write(value);
                if (bytes.size() > MAX_BYTES) {
                    throw new Refusal(
                            "has a payload of more than 1 MiB",
                            where,
                            "keep large things in the source, or leave them out (--no-sources)");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static int type(Value value) {
        return switch (value) {
            case Value.Text text -> TEXT;
            case Value.Whole whole -> WHOLE;
            case Value.Real real -> REAL;
            case Value.Flag flag -> FLAG;
            case Value.Moment moment -> MOMENT;
            case Value.Words words -> WORDS;
        };
    }

    private static byte[] encode(Value value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        switch (value) {
            case Value.Text text -> out.write(text.value().getBytes(StandardCharsets.UTF_8));
            case Value.Whole whole -> out.writeLong(Long.reverseBytes(whole.value()));
            case Value.Real real -> out.writeLong(Long.reverseBytes(Double.doubleToRawLongBits(real.value())));
            case Value.Flag flag -> out.writeByte(flag.value() ? 1 : 0);
            case Value.Moment moment -> {
                out.writeLong(Long.reverseBytes(moment.value().getEpochSecond()));
                out.writeInt(Integer.reverseBytes(moment.value().getNano()));
            }
            case Value.Words words -> {
                for (String word : words.value()) {
                    byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
                    out.writeInt(Integer.reverseBytes(utf8.length));
                    out.write(utf8);
                }
            }
        }
        return bytes.toByteArray();
    }

    /** @throws Refusal where the bytes are no payload, naming {@code where} */
    static Map<String, Value> decode(MemorySegment payload, String where) {
        TreeMap<String, Value> fields = new TreeMap<>();
        try {
            for (long at = 0; at < payload.byteSize(); at = next(payload, at)) {
                fields.put(text(payload, at + 1, nameLength(payload, at)), value(payload, at));
            }
        } catch (IndexOutOfBoundsException | DateTimeException | IllegalArgumentException e) {
            throw malformed(where, e);
        }
        return Collections.unmodifiableMap(fields);
    }

    /** The value of one field, or null where the payload lacks it. */
    static @Nullable Value field(MemorySegment payload, MemorySegment name, String where) {
        try {
            for (long at = 0; at < payload.byteSize(); at = next(payload, at)) {
                int length = nameLength(payload, at);
                if (length == name.byteSize()
                        && MemorySegment.mismatch(payload, at + 1, at + 1 + length, name, 0, length) < 0) {
                    return value(payload, at);
                }
            }
        } catch (IndexOutOfBoundsException | DateTimeException | IllegalArgumentException e) {
            throw malformed(where, e);
        }
        return null;
    }

    private static Refusal malformed(String where, RuntimeException e) {
        return new Refusal(
                "holds a payload that cannot be read",
                where,
                "restore the file from a copy or build the index again",
                e);
    }

    private static int nameLength(MemorySegment payload, long at) {
        return Byte.toUnsignedInt(payload.get(ValueLayout.JAVA_BYTE, at));
    }

    private static long valueStart(MemorySegment payload, long at) {
        return at + 1 + nameLength(payload, at) + 1 + 4;
    }

    private static int valueLength(MemorySegment payload, long at) {
        int length = Layout.int32(payload, valueStart(payload, at) - 4);
        if (length < 0) {
            throw new IllegalArgumentException("a value of negative length");
        }
        return length;
    }

    private static long next(MemorySegment payload, long at) {
        return valueStart(payload, at) + valueLength(payload, at);
    }

    private static Value value(MemorySegment payload, long at) {
        long start = valueStart(payload, at);
        int length = valueLength(payload, at);
        int type = payload.get(ValueLayout.JAVA_BYTE, start - 5);
        return switch (type) {
            case TEXT -> new Value.Text(text(payload, start, length));
            case WHOLE -> new Value.Whole(Layout.int64(payload, start));
            case REAL -> new Value.Real(Double.longBitsToDouble(Layout.int64(payload, start)));
            case FLAG -> new Value.Flag(payload.get(ValueLayout.JAVA_BYTE, start) != 0);
            case MOMENT ->
                new Value.Moment(Instant.ofEpochSecond(Layout.int64(payload, start), Layout.int32(payload, start + 8)));
            case WORDS -> new Value.Words(words(payload, start, start + length));
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static List<String> words(MemorySegment payload, long at, long end) {
        List<String> words = new ArrayList<>();
        while (at < end) {
            int length = Layout.int32(payload, at);
            words.add(text(payload, at + 4, length));
            at += 4L + length;
        }
        return words;
    }

    private static String text(MemorySegment payload, long at, int length) {
        byte[] utf8 = payload.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
