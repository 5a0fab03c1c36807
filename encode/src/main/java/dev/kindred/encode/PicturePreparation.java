package dev.kindred.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import dev.kindred.media.PictureShape;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * From a decoded picture to the numbers an encoder takes: an 8-bit raster of one shape by bit-exact integer code, then each channel's
 * level {@code v} as {@code (v / 255 − mean) / deviation}. Sealed with the encoder, so that serving does what training did.
 *
 * @param mean of each channel of the teaching pictures, in [0, 1]
 * @param deviation standard deviation of each channel, above 0
 */
public record PicturePreparation(PictureShape shape, List<Float> mean, List<Float> deviation) implements Preparation {
    private static final int LEVELS = 256;

    public PicturePreparation {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != shape.channels() || deviation.size() != shape.channels()) {
            throw new IllegalArgumentException("one mean and one deviation a channel");
        }
        for (float d : deviation) {
            if (!(d > 0)) {
                throw new IllegalArgumentException("a deviation of " + d);
            }
        }
    }

    @Override
    public String takes() {
        return "pictures";
    }

    @Override
    public PicturePreparation pictures() {
        return this;
    }

    /** Values of one prepared sample. */
    public int size() {
        return shape.width() * shape.height() * shape.channels();
    }

    /** Whether it gives samples of the extent that the architecture takes. */
    boolean fits(Architecture architecture) {
        Extent in = architecture.input();
        return in.channels() == shape.channels() && in.height() == shape.height() && in.width() == shape.width();
    }

    /**
     * The picture in this shape: {@code height·width·channels} levels, channels interleaved.
     *
     * @throws Refusal for anything but a picture
     */
    public byte[] raster(Content content) {
        if (content instanceof Content.Pixels pixels) {
            return shape.raster(pixels);
        }
        throw Preparation.wrongKind(this, content);
    }

    /** {@link #levels} for every channel and level: {@code [channels][256]}. */
    public float[][] table() {
        float[][] table = new float[shape.channels()][LEVELS];
        for (int c = 0; c < table.length; c++) {
            for (int level = 0; level < LEVELS; level++) {
                table[c][level] = (level / 255f - mean.get(c)) / deviation.get(c);
            }
        }
        return table;
    }

    /**
     * Lays one raster down channel by channel, {@code [c, h, w]}, as ONNX encoders take it.
     *
     * @param table of {@link #table()}
     * @param at where in {@code into} the sample begins
     */
    static void planar(byte[] raster, float[][] table, FloatBuffer into, int at) {
        int channels = table.length;
        int area = raster.length / channels;
        for (int c = 0; c < channels; c++) {
            float[] values = table[c];
            for (int i = 0, from = c; i < area; i++, from += channels) {
                into.put(at++, values[raster[from] & 0xff]);
            }
        }
    }

    /**
     * Lays one raster down as it is, {@code [h, w, c]}, as the training graph takes it.
     *
     * @param from where in {@code rasters} the sample begins
     * @param at where in {@code into} the sample begins
     */
    public static void interleaved(byte[] rasters, int from, int size, float[][] table, FloatBuffer into, int at) {
        int channels = table.length;
        for (int i = 0; i < size; i++) {
            into.put(at + i, table[i % channels][rasters[from + i] & 0xff]);
        }
    }

    @Override
    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        json.addProperty("kind", "picture");
        json.addProperty("width", shape.width());
        json.addProperty("height", shape.height());
        json.addProperty("channels", shape.channels());
        json.addProperty("fit", shape.fit().name());
        json.add("mean", array(mean));
        json.add("deviation", array(deviation));
        return json;
    }

    private static JsonArray array(List<Float> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        return array;
    }

    static PicturePreparation read(Fields json) {
        try {
            return new PicturePreparation(
                    new PictureShape(
                            json.integer("width", 1, 4096),
                            json.integer("height", 1, 4096),
                            json.integer("channels", 1, 3),
                            PictureShape.Fit.valueOf(json.text("fit"))),
                    json.numbers("mean").stream().map(Double::floatValue).toList(),
                    json.numbers("deviation").stream().map(Double::floatValue).toList());
        } catch (IllegalArgumentException e) {
            throw new Refusal("is no preparation: " + e.getMessage(), json.where(), "", e);
        }
    }
}
