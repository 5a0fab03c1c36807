package dev.kindred.index;

import dev.kindred.core.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;

/**
 * A payload's values as bytes whose order is theirs, for the view's terms and points. What {@link Values} calls equal has the same bytes.
 *
 * <p>A term is the field's name with its length before it, a letter for the type, and the value; texts longer than {@value #LONGEST} bytes
 * are cut there, with the SHA-256 of the whole behind the cut: equality stays exact, and a range tells two texts apart by their first
 * {@value #LONGEST} bytes.
 */
final class FilterTerms {
    /** A number as bytes: the nearest double, and what a whole number is above it. */
    static final int NUMBER_BYTES = 10;
    /** Seconds and nanoseconds. */
    static final int MOMENT_BYTES = 12;

    private static final int LONGEST = 1024;

    /** The kinds of terms. */
    enum Kind {
        /** The item has the field, of the {@link FieldKind} whose number follows. */
        HAS,
        TEXT,
        /** One word of several. */
        WORD,
        /** All words of a list, as one. */
        WORDS,
        FLAG
    }

    private FilterTerms() {}

    /** Under which an item of this field and value is found; empty where it is a number or a moment, which are points. */
    static List<BytesRef> of(String field, Value value) {
        return switch (value) {
            case Value.Text text -> List.of(term(field, Kind.TEXT, utf8(text.value())));
            case Value.Flag flag -> List.of(term(field, Kind.FLAG, new byte[] {(byte) (flag.value() ? 1 : 0)}));
            case Value.Words words -> {
                List<BytesRef> terms = new ArrayList<>();
                terms.add(term(field, Kind.WORDS, whole(words)));
                words.value().stream().distinct().forEach(word -> terms.add(term(field, Kind.WORD, utf8(word))));
                yield List.copyOf(terms);
            }
            case Value.Whole w -> List.of();
            case Value.Real r -> List.of();
            case Value.Moment m -> List.of();
        };
    }

    /** What is asked for where an item's value has to equal this one. */
    static List<BytesRef> equalTo(String field, Value wanted) {
        return switch (wanted) {
            case Value.Text text ->
                List.of(term(field, Kind.TEXT, utf8(text.value())), term(field, Kind.WORD, utf8(text.value())));
            case Value.Words words -> List.of(term(field, Kind.WORDS, whole(words)));
            default -> of(field, wanted);
        };
    }

    static BytesRef has(String field, FieldKind kind) {
        return term(field, Kind.HAS, new byte[] {(byte) kind.ordinal()});
    }

    /** That some item has a field of a kind. */
    record Presence(String field, FieldKind kind) {}

    /** What a term of {@link Kind#HAS} says; null of another. */
    static @Nullable Presence presence(BytesRef term) {
        int name = nameLength(term);
        boolean has = term.length == name + 3 && term.bytes[term.offset + 1 + name] == Kind.HAS.ordinal();
        return has
                ? new Presence(
                        new String(term.bytes, term.offset + 1, name, StandardCharsets.UTF_8),
                        FieldKind.values()[term.bytes[term.offset + 2 + name]])
                : null;
    }

    private static int nameLength(BytesRef term) {
        return Byte.toUnsignedInt(term.bytes[term.offset]);
    }

    /** After all terms of a term's field. */
    static BytesRef afterField(BytesRef term) {
        byte[] end = Arrays.copyOfRange(term.bytes, term.offset, term.offset + nameLength(term) + 2);
        end[end.length - 1] = (byte) Kind.values().length;
        return new BytesRef(end);
    }

    static BytesRef text(String field, String value) {
        return term(field, Kind.TEXT, utf8(value));
    }

    /** Before all terms of this kind of the field, and after all those of the kind before. */
    static BytesRef start(String field, Kind kind) {
        return term(field, kind, new byte[0]);
    }

    /** After all of them. */
    static BytesRef end(String field, Kind kind) {
        BytesRef start = start(field, kind);
        byte[] end = Arrays.copyOfRange(start.bytes, start.offset, start.offset + start.length);
        end[end.length - 1]++;
        return new BytesRef(end);
    }

    private static BytesRef term(String field, Kind kind, byte[] value) {
        byte[] name = utf8(field);
        if (name.length > 255) {
            // No payload has such a field, and no other field shares this term.
            return new BytesRef(new byte[] {0});
        }
        byte[] kept = value;
        if (value.length > LONGEST) {
            kept = Arrays.copyOf(value, LONGEST + 32);
            System.arraycopy(Hashes.sha256().digest(value), 0, kept, LONGEST, 32);
        }
        byte[] term = ByteBuffer.allocate(2 + name.length + kept.length)
                .put((byte) name.length)
                .put(name)
                .put((byte) kind.ordinal())
                .put(kept)
                .array();
        return new BytesRef(term);
    }

    /** A number's place among all numbers, whole and real; null for what is none. */
    static byte @Nullable [] number(Value value) {
        return switch (value) {
            case Value.Whole(long whole) -> {
                double near = whole;
                // 2^63 is one more than the largest whole number.
                long above = near == 0x1p63 ? whole - Long.MAX_VALUE - 1 : whole - (long) near;
                yield number(near, above);
            }
            case Value.Real(double real) -> Double.isNaN(real) ? null : number(real + 0.0, 0);
            default -> null;
        };
    }

    private static byte[] number(double near, long above) {
        byte[] bytes = new byte[NUMBER_BYTES];
        NumericUtils.longToSortableBytes(NumericUtils.doubleToSortableLong(near), bytes, 0);
        ByteBuffer.wrap(bytes).putShort(8, (short) (above + 0x4000));
        return bytes;
    }

    /** Of the smallest number, and of the largest. */
    static byte[] leastNumber() {
        return new byte[NUMBER_BYTES];
    }

    static byte[] mostNumber() {
        byte[] most = new byte[NUMBER_BYTES];
        Arrays.fill(most, (byte) 0xFF);
        return most;
    }

    static byte[] moment(Instant value) {
        byte[] bytes = new byte[MOMENT_BYTES];
        NumericUtils.longToSortableBytes(value.getEpochSecond(), bytes, 0);
        ByteBuffer.wrap(bytes).putInt(8, value.getNano());
        return bytes;
    }

    private static byte[] whole(Value.Words words) {
        ByteBuffer lengths = ByteBuffer.allocate(4 * words.value().size());
        StringBuilder all = new StringBuilder();
        words.value().forEach(word -> {
            lengths.putInt(word.length());
            all.append(word);
        });
        MessageDigest digest = Hashes.sha256();
        digest.update(lengths.array());
        return digest.digest(utf8(all.toString()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
