package dev.kindred.media;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG by the JDK's own reader, of which only the raw components are taken: turning them into colours is done here
 * with integers, so that no colour profile or platform library has a say. The header is read first, and the picture
 * is stood upright as its EXIF says.
 */
final class JpegDecoder implements Decoder {
    /**
     * The most scans of a progressive JPEG. Encoders write about ten; each costs a pass over all pixels, however few bytes it has, so
     * thousands would keep a core busy for hours.
     */
    private static final int MAX_SCANS = 100;

    private final Source in;
    private int width;
    private int height;
    private int components;
    private boolean rgbNames;
    private int adobeTransform = -1;
    private int orientation = 1;

    JpegDecoder(byte[] bytes, String where) {
        in = new Source(bytes, where);
    }

    @Override
    public Content.Pixels decode() {
        readHeader();
        Bounds.check(width, height, in.where);
        if (scans() > MAX_SCANS) {
            throw in.refuse("is a JPEG of more than " + MAX_SCANS + " scans");
        }
        if (components != 1 && components != 3 && components != 4) {
            throw in.refuse("is a JPEG of " + components + " components");
        }
        Raster raster = read();
        if (raster.getWidth() != width || raster.getHeight() != height || raster.getNumBands() != components) {
            throw in.refuse("is damaged: its JPEG frame is not what its header says");
        }
        byte[] colours = components == 1 ? grey(raster) : rgb(raster);
        Content.Pixels upright = Orientation.upright(width, height, components == 1 ? 1 : 3, colours, orientation);
        return upright.channels() == 1 ? upright : Levels.reduced(upright.width(), upright.height(), upright.values());
    }

    /** Each scan goes through all of them. */
    @Override
    public long claimed() {
        readHeader();
        return Bounds.check(width, height, in.where) * scans();
    }

    /** Walks the markers up to the first scan. */
    private void readHeader() {
        in.skip(2);
        boolean framed = false;
        while (true) {
            if (in.u8() != 0xFF) {
                throw in.refuse("is damaged: no JPEG marker at byte " + (in.at - 1));
            }
            int marker = in.u8();
            while (marker == 0xFF) {
                marker = in.u8();
            }
            if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
                continue;
            }
            if (marker == 0xD9) {
                throw in.refuse("is a JPEG without pixels");
            }
            int length = in.u16be() - 2;
            in.need(length);
            int next = in.at + length;
            if (marker == 0xDA) {
                if (!framed) {
                    throw in.refuse("is damaged: a JPEG scan before its frame");
                }
                return;
            }
            boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
            if (frame) {
                readFrame();
                framed = true;
            } else if (marker == 0xEE && length >= 12 && in.bytes[in.at] == 'A' && in.bytes[in.at + 1] == 'd') {
                adobeTransform = in.bytes[in.at + 11] & 0xFF;
            } else if (marker == 0xE1) {
                orientation = Orientation.ofExif(in.bytes, in.at, length, orientation);
            }
            in.seek(next);
        }
    }

    /** Counted from the first, whose header comes next, to the end of the image; in coded data, 0xFF is followed by 0. */
    private int scans() {
        int scans = 1;
        for (int at = in.at; at + 1 < in.bytes.length && scans <= MAX_SCANS; at++) {
            if (in.bytes[at] == (byte) 0xFF) {
                int marker = in.bytes[at + 1] & 0xFF;
                if (marker == 0xD9) {
                    break;
                }
                scans += marker == 0xDA ? 1 : 0;
            }
        }
        return scans;
    }

    private void readFrame() {
        int precision = in.u8();
        if (precision != 8) {
            throw in.refuse("is a JPEG of " + precision + " bits, which is not read");
        }
        height = in.u16be();
        width = in.u16be();
        components = in.u8();
        int[] names = new int[components];
        for (int i = 0; i < components; i++) {
            names[i] = in.u8();
            in.skip(2);
        }
        rgbNames = components == 3 && names[0] == 'R' && names[1] == 'G' && names[2] == 'B';
    }

    private Raster read() {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        AtomicBoolean cut = new AtomicBoolean();
        IIOReadWarningListener listener = (source, warning) -> {
            if (warning.contains("remature end")) {
                cut.set(true);
            }
        };
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(in.bytes))) {
            reader.addIIOReadWarningListener(listener);
            reader.setInput(stream, true, true);
            Raster raster = reader.readRaster(0, null);
            if (cut.get()) {
                throw in.cutShort();
            }
            return raster;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new Refusal("is a damaged JPEG", in.where, "replace the picture or take it out", e);
        } finally {
            reader.dispose();
        }
    }

    private byte[] grey(Raster raster) {
        byte[] values = new byte[width * height];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                values[y * width + x] = (byte) row[x];
            }
        }
        return values;
    }

    private byte[] rgb(Raster raster) {
        boolean inYcc =
                components == 3 ? adobeTransform != 0 && !(rgbNames && adobeTransform < 0) : adobeTransform == 2;
        byte[] values = new byte[width * height * 3];
        int[] row = new int[width * components];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int from = x * components;
                int to = (y * width + x) * 3;
                int a = row[from];
                int b = row[from + 1];
                int c = row[from + 2];
                if (inYcc) {
                    int cb = b - 128;
                    int cr = c - 128;
                    // ITU-T T.871 in 16-bit fixed point.
                    int r = clamp(a + ((91_881 * cr + 32_768) >> 16));
                    int g = clamp(a - ((22_554 * cb + 46_802 * cr + 32_767) >> 16));
                    c = clamp(a + ((116_130 * cb + 32_768) >> 16));
                    a = r;
                    b = g;
                }
                if (components == 4) {
                    // Adobe stores ink as 255 = none; without its mark 0 is none.
                    int k = row[from + 3];
                    boolean inverted = adobeTransform >= 0;
                    a = ink(a, k, inverted);
                    b = ink(b, k, inverted);
                    c = ink(c, k, inverted);
                }
                values[to] = (byte) a;
                values[to + 1] = (byte) b;
                values[to + 2] = (byte) c;
            }
        }
        return values;
    }

    private static int ink(int colour, int black, boolean inverted) {
        return inverted ? (colour * black + 127) / 255 : ((255 - colour) * (255 - black) + 127) / 255;
    }

    private static int clamp(int v) {
        return v < 0 ? 0 : Math.min(v, 255);
    }
}
