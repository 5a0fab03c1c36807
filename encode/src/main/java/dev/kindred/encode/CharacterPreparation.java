package dev.kindred.encode;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * From a text to its first bytes in UTF-8, each of which sets one of 256 channels at its place: the table is fixed, so every script and
 * every code has one. Half a surrogate pair is a question mark. What is over the length is dropped at the end, wherever it cuts; places
 * after the end are zero in all channels.
 *
 * @param length bytes that are read, at least 4
 */
public record CharacterPreparation(int length) implements Preparation {
    /** One a byte. */
    public static final int CHANNELS = 256;

    private static final int SHORTEST = 4;
    private static final int LONGEST = 4096;

    public CharacterPreparation {
        if (length < SHORTEST || length > LONGEST) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
    }

    @Override
    public String takes() {
        return "texts";
    }

    /** Values of one prepared sample. */
    public int size() {
        return CHANNELS * length;
    }

    /** What an encoder behind it takes. */
    public Extent extent() {
        return new Extent(CHANNELS, 1, length);
    }

    /**
     * The bytes that are read, at most {@link #length}.
     *
     * @throws Refusal for anything but a text
     */
    public byte[] bytes(Content content) {
        if (content instanceof Content.Text text) {
            byte[] all = text.value().getBytes(StandardCharsets.UTF_8);
            return all.length > length ? Arrays.copyOf(all, length) : all;
        }
        throw Preparation.wrongKind(this, content);
    }

    /** Whether {@link #bytes} loses the end of a text. */
    boolean cuts(Content content) {
        return content instanceof Content.Text text && text.value().getBytes(StandardCharsets.UTF_8).length > length;
    }

    /** Lays one text down channel by channel, {@code [256, 1, length]}, as ONNX encoders take it. */
    void planar(byte[] bytes, FloatBuffer into, int at) {
        clear(into, at);
        for (int i = 0; i < bytes.length; i++) {
            into.put(at + (bytes[i] & 0xff) * length + i, 1);
        }
    }

    /** Lays one text down place by place, {@code [1, length, 256]}, as the training graph takes it. */
    public void interleaved(byte[] bytes, FloatBuffer into, int at) {
        clear(into, at);
        for (int i = 0; i < bytes.length; i++) {
            into.put(at + i * CHANNELS + (bytes[i] & 0xff), 1);
        }
    }

    private void clear(FloatBuffer into, int at) {
        into.put(at, new float[size()]);
    }

    @Override
    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        json.addProperty("kind", "characters");
        json.addProperty("bytes", "utf-8");
        json.addProperty("length", length);
        json.addProperty("truncate", "end");
        return json;
    }

    static CharacterPreparation read(Fields json) {
        if (!json.text("truncate").equals("end") || !json.text("bytes").equals("utf-8")) {
            throw new Refusal("reads texts by another rule", json.where(), "open it with a newer Kindred");
        }
        return new CharacterPreparation(json.integer("length", SHORTEST, LONGEST));
    }
}
