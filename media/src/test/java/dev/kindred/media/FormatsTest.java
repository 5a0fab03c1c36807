package dev.kindred.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JPEG, GIF, BMP and Netpbm against files of the JDK's writers or written by hand; and none may ever fail but by a
 * refusal.
 */
class FormatsTest {

    @Test
    void fileIsReadOrRefusedByName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("grey.pgm");
        Files.write(file, "P5 2 1 255\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> Pictures.read(file)).isInstanceOf(Refusal.class);
        Files.write(file, new byte[] {'P', '5', ' ', '2', ' ', '1', ' ', '2', '5', '5', '\n', 7, (byte) 200});
        assertThat(Pictures.read(file).values()).containsExactly(7, 200);
        assertThatThrownBy(() -> Pictures.read(folder.resolve("none.png")))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.line()).contains("none.png", "does not exist"));
        assertThatThrownBy(() -> Pictures.read(folder))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("is not a file"));
    }

    @Test
    void jpegIsWithinTwoLevelsOfTheJdksOwnReading() throws IOException {
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_INT_RGB}) {
            BufferedImage image = smooth(61, 43, type);
            byte[] jpeg = write(image, "jpeg", null);
            Content.Pixels decoded = Pictures.decode(jpeg, "x.jpg");
            Raster expected = ImageIO.read(new ByteArrayInputStream(jpeg)).getRaster();
            assertThat(decoded.channels()).isEqualTo(type == BufferedImage.TYPE_BYTE_GRAY ? 1 : 3);
            for (int y = 0; y < 43; y++) {
                for (int x = 0; x < 61; x++) {
                    for (int c = 0; c < decoded.channels(); c++) {
                        int got = decoded.values()[(y * 61 + x) * decoded.channels() + c] & 0xFF;
                        assertThat(Math.abs(got - expected.getSample(x, y, c))).isLessThanOrEqualTo(2);
                    }
                }
            }
        }
    }

    @Test
    void jpegOfFourInksIsRead() throws IOException {
        WritableRaster inks = Raster.createInterleavedRaster(0, 32, 16, 4, null);
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 32; x++) {
                inks.setPixel(x, y, new int[] {255, 0, 0, x < 16 ? 0 : 255});
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(inks, null, null), null);
        }
        Content.Pixels decoded = Pictures.decode(out.toByteArray(), "inks.jpg");
        int[] cyan = {decoded.values()[12] & 0xFF, decoded.values()[13] & 0xFF, decoded.values()[14] & 0xFF};
        assertThat(cyan[0]).isLessThan(12);
        assertThat(cyan[1]).isGreaterThan(243);
        assertThat(cyan[2]).isGreaterThan(243);
        assertThat(decoded.values()[31 * 3 + 1] & 0xFF).isLessThan(12);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void photographsStandUprightAsTheirExifSays(int orientation) throws IOException {
        // Upright: dark upper left quarter, else light. Stored so that the orientation's turn brings it back.
        BufferedImage image = new BufferedImage(64, 32, BufferedImage.TYPE_BYTE_GRAY);
        boolean turned = orientation >= 5;
        int w = turned ? 32 : 64;
        int h = turned ? 64 : 32;
        BufferedImage stored = new BufferedImage(w, h, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 64; x++) {
                // TIFF 6.0: what the stored row 0 and column 0 are, as seen.
                int[] to = switch (orientation) {
                    case 2 -> new int[] {63 - x, y};
                    case 3 -> new int[] {63 - x, 31 - y};
                    case 4 -> new int[] {x, 31 - y};
                    case 5 -> new int[] {y, x};
                    case 6 -> new int[] {y, 63 - x};
                    case 7 -> new int[] {31 - y, 63 - x};
                    case 8 -> new int[] {31 - y, x};
                    default -> new int[] {x, y};
                };
                stored.getRaster().setSample(to[0], to[1], 0, x < 32 && y < 16 ? 20 : 230);
            }
        }
        byte[] jpeg = write(stored, "jpeg", null);
        byte[] exif = {
            (byte) 0xFF,
            (byte) 0xE1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0,
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8,
            0,
            1,
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0,
            0,
            0,
            0,
            0
        };
        byte[] with = new byte[jpeg.length + exif.length];
        System.arraycopy(jpeg, 0, with, 0, 2);
        System.arraycopy(exif, 0, with, 2, exif.length);
        System.arraycopy(jpeg, 2, with, 2 + exif.length, jpeg.length - 2);
        Content.Pixels decoded = Pictures.decode(with, "photo.jpg");
        assertThat(decoded.width()).isEqualTo(image.getWidth());
        assertThat(decoded.height()).isEqualTo(image.getHeight());
        assertThat(decoded.values()[8 * 64 + 8] & 0xFF).isLessThan(60);
        assertThat(decoded.values()[8 * 64 + 56] & 0xFF).isGreaterThan(190);
        assertThat(decoded.values()[24 * 64 + 8] & 0xFF).isGreaterThan(190);
    }

    @Test
    void gifIsExactInterlacedAndSeeThrough() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            int bits = 1 + random.nextInt(8);
            BufferedImage image =
                    indexed(1 + random.nextInt(70), 1 + random.nextInt(70), bits, seed % 3 == 0 ? 0 : -1, random);
            String mode = seed % 2 == 0 ? "interlaced" : "plain";
            assertPixels(image, Pictures.decode(write(image, "gif", mode), "x.gif"));
        }
    }

    @Test
    void bmpOfTheJdkIsExact() throws IOException {
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            // The JDK's run-length writer breaks on the narrowest pictures, and for 4 bits on others too: those are by
            // hand below.
            int w = 5 + random.nextInt(40);
            int h = 1 + random.nextInt(40);
            for (int bits : new int[] {1, 4, 8}) {
                BufferedImage image = indexed(w, h, bits, -1, random);
                assertPixels(image, Pictures.decode(write(image, "bmp", "BI_RGB"), "x.bmp"));
                if (bits == 8) {
                    assertPixels(image, Pictures.decode(write(image, "bmp", "BI_RLE8"), "x.bmp"));
                }
            }
            BufferedImage colours = new BufferedImage(w, h, BufferedImage.TYPE_3BYTE_BGR);
            BufferedImage fields = new BufferedImage(w, h, BufferedImage.TYPE_USHORT_565_RGB);
            for (int i = 0; i < w * h; i++) {
                colours.setRGB(i % w, i / w, random.nextInt());
                fields.setRGB(i % w, i / w, random.nextInt());
            }
            assertPixels(colours, Pictures.decode(write(colours, "bmp", "BI_RGB"), "x.bmp"));
            assertPixels(fields, Pictures.decode(write(fields, "bmp", "BI_BITFIELDS"), "x.bmp"));
        }
    }

    /**
     * From the format's own description: runs, a literal stretch with its padding, a jump, the ends of line and
     * picture.
     */
    @Test
    void runsOfFourBitsByHand() {
        byte[] runs = {5, 0x12, 0, 0, 0, 3, 0x21, 0x20, 0, 2, 1, 1, 1, 0x10, 0, 1};
        ByteBuffer bmp = ByteBuffer.allocate(14 + 40 + 12 + runs.length).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(14 + 40 + 12);
        bmp.putInt(40)
                .putInt(5)
                .putInt(3)
                .putShort((short) 1)
                .putShort((short) 4)
                .putInt(2)
                .putInt(runs.length);
        bmp.putInt(0).putInt(0).putInt(3).putInt(0);
        bmp.putInt(0x404040).putInt(0x808080).putInt(0xC0C0C0).put(runs);
        Content.Pixels decoded = Pictures.decode(bmp.array(), "x.bmp");
        assertThat(decoded.channels()).isEqualTo(1);
        int[] levels = new int[15];
        Arrays.setAll(levels, i -> decoded.values()[i] & 0xFF);
        int white = 255;
        assertThat(levels)
                .containsExactly(
                        white, white, white, white, 0x80, //
                        0xC0, 0x80, 0xC0, white, white, //
                        0x80, 0xC0, 0x80, 0xC0, 0x80);
    }

    @Test
    void stepsPastTheEdgeOfABmpAreNoPlaceInIt() {
        int steps = Integer.MAX_VALUE / 255 + 9;
        ByteBuffer bmp = ByteBuffer.allocate(14 + 40 + 4 + 4 * steps + 4).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(14 + 40 + 4);
        bmp.putInt(40).putInt(2).putInt(1).putShort((short) 1).putShort((short) 8);
        bmp.putInt(1).putInt(0).putInt(0).putInt(0).putInt(1).putInt(0).putInt(0x404040);
        for (int i = 0; i < steps; i++) {
            bmp.putInt(0x00FF0200);
        }
        bmp.put((byte) 1).put((byte) 0).put((byte) 0).put((byte) 1);
        assertThat(Pictures.decode(bmp.array(), "x.bmp").values()).containsOnly(255);
    }

    @Test
    void aJpegOfThousandsOfScansIsRefusedBeforeItIsRead() {
        assertThat(Pictures.decode(progressive(50), "x.jpg").width()).isEqualTo(64);
        assertThatThrownBy(() -> Pictures.decode(progressive(5_000), "x.jpg"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("scans");
    }

    /** 64×64 grey: one scan of the means, then scans that say "nothing more" of all 64 blocks in one byte. */
    private static byte[] progressive(int more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8});
        byte[] quantisation = new byte[65];
        Arrays.fill(quantisation, 1, 65, (byte) 1);
        segment(out, 0xDB, quantisation);
        segment(out, 0xC2, new byte[] {8, 0, 64, 0, 64, 1, 1, 0x11, 0});
        // One code of one bit each: the means differ by nothing; no more for 64 and the next six bits of blocks.
        segment(out, 0xC4, huffman(0x00, 0x00));
        segment(out, 0xC4, huffman(0x10, 0x60));
        segment(out, 0xDA, new byte[] {1, 1, 0, 0, 0, 0});
        out.writeBytes(new byte[8]);
        for (int i = 0; i < more; i++) {
            segment(out, 0xDA, new byte[] {1, 1, 0, 1, 63, 0});
            out.write(0x01);
        }
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD9});
        return out.toByteArray();
    }

    private static byte[] huffman(int table, int symbol) {
        byte[] body = new byte[18];
        body[0] = (byte) table;
        body[1] = 1;
        body[17] = (byte) symbol;
        return body;
    }

    private static void segment(ByteArrayOutputStream out, int marker, byte[] body) {
        out.writeBytes(new byte[] {(byte) 0xFF, (byte) marker, 0, (byte) (body.length + 2)});
        out.writeBytes(body);
    }

    @Test
    void netpbmInAllItsForms() {
        assertThat(pnm("P1\n# ink\n3 2\n1 0 1\n010")).containsExactly(0, 255, 0, 255, 0, 255);
        assertThat(pnm("P2 2 2 15 0 5 10 15")).containsExactly(0, 85, 170, 255);
        assertThat(pnm("P3 1 1 255 1 2 3")).containsExactly(1, 2, 3);
        assertThat(pnm("P4 9 1\n\u00AA\u0080")).containsExactly(0, 255, 0, 255, 0, 255, 0, 255, 0);
        assertThat(pnm("P5#c\n2 1 255\nA\u00FF")).containsExactly(65, 255);
        assertThat(pnm("P5 1 1 65535\n\u0080\u0080")).containsExactly(128);
        assertThat(pnm("P6 1 1 255 ABC")).containsExactly(65, 66, 67);
        assertThat(pnm("P6 1 1 255 AAA")).containsExactly(65);
        for (String bad : new String[] {
            "P5 2 2 255 abc", "P5 2 2 0 abcd", "P2 1 1 10 11", "P5 99999 99999 255 a", "P3 1 1 255 1 2", "P1 1 1 7"
        }) {
            assertThatThrownBy(() -> pnm(bad)).as(bad).isInstanceOf(Refusal.class);
        }
    }

    @Test
    void whatIsNoPictureIsNamedForWhatItIs() {
        assertThatThrownBy(() -> Pictures.decode(new byte[0], "a/empty.png"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.line()).startsWith("a/empty.png: is empty (0 bytes)"));
        byte[] text = "this is a text, not a picture".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Pictures.decode(text, "t.png")).hasMessageContaining("it reads like text");
        assertThatThrownBy(() ->
                        Pictures.decode(new byte[] {'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P', 0}, "w.png"))
                .hasMessageContaining("WebP");
        assertThat(Pictures.named("a/B.JPeG")).isTrue();
        assertThat(Pictures.named("png")).isFalse();
    }

    /** Damage of any kind ends in a picture or a refusal, never in another exception. */
    @Test
    void damageNeverBreaksOut() throws IOException {
        Map<String, byte[]> sound = new LinkedHashMap<>();
        Random random = new Random(1);
        for (int[] kind : new int[][] {{0, 1}, {3, 4}, {6, 16}, {2, 8}}) {
            sound.put("png" + kind[0], new HandMadePng(19, 17, kind[0], kind[1], kind[0] == 6, random).bytes(random));
        }
        sound.put("jpeg", write(smooth(40, 30, BufferedImage.TYPE_INT_RGB), "jpeg", null));
        sound.put("gif", write(indexed(40, 30, 5, 1, random), "gif", "interlaced"));
        sound.put("bmp8", write(indexed(20, 30, 8, -1, random), "bmp", "BI_RLE8"));
        sound.put("bmp24", write(smooth(20, 30, BufferedImage.TYPE_3BYTE_BGR), "bmp", "BI_RGB"));
        sound.put("pgm", "P5 4 4 255 abcdefghijklmnop".getBytes(StandardCharsets.ISO_8859_1));
        sound.put("ppm", "P3 2 2 255 1 2 3 4 5 6 7 8 9 10 11 12".getBytes(StandardCharsets.ISO_8859_1));
        sound.forEach((name, bytes) -> {
            for (int round = 0; round < 400; round++) {
                byte[] bad = bytes.clone();
                int changes = 1 + random.nextInt(6);
                for (int i = 0; i < changes; i++) {
                    bad[random.nextInt(Math.min(bad.length, round % 2 == 0 ? 64 : bad.length))] =
                            (byte) random.nextInt();
                }
                if (round % 5 == 0) {
                    bad = Arrays.copyOf(bad, random.nextInt(bad.length));
                }
                if (name.startsWith("png")) {
                    mendChecksums(bad);
                }
                long claimed = Pictures.claimed(bad);
                try {
                    Content.Pixels decoded = Pictures.decode(bad, name);
                    assertThat(claimed)
                            .as("what is decoded was claimed")
                            .isGreaterThanOrEqualTo((long) decoded.width() * decoded.height());
                } catch (Refusal expected) {
                    assertThat(expected.where()).isEqualTo(name);
                }
            }
        });
    }

    @Test
    void pixelsAreToldByTheHeaderAlone() throws IOException {
        assertThat(Pictures.claimed(HandMadePng.claiming(8_192, 8_192))).isEqualTo(1 << 26);
        assertThat(Pictures.claimed(HandMadePng.claiming(8_192, 8_193)))
                .as("beyond the bounds: refused at once")
                .isZero();
        assertThat(Pictures.claimed(HandMadePng.claiming(-1, -1))).isZero();
        assertThat(Pictures.claimed(progressive(50)))
                .as("each scan goes through all of them")
                .isEqualTo(51 * 64 * 64);
        BufferedImage image = smooth(40, 30, BufferedImage.TYPE_INT_RGB);
        for (String format : new String[] {"jpeg", "png", "bmp", "gif"}) {
            byte[] whole = write(image, format, format.equals("bmp") ? "BI_RGB" : "");
            assertThat(Pictures.claimed(whole)).as(format).isEqualTo(40 * 30);
            assertThat(Pictures.claimed(Arrays.copyOf(whole, 9))).as(format).isZero();
        }
        assertThat(Pictures.claimed("P5 300 200 255\n".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo(60_000);
        assertThat(Pictures.claimed(new byte[0])).isZero();
        assertThat(Pictures.claimed("no picture".getBytes(StandardCharsets.ISO_8859_1)))
                .isZero();
    }

    @Test
    void aJpegCutShortIsRefused() throws IOException {
        byte[] jpeg = write(smooth(200, 200, BufferedImage.TYPE_INT_RGB), "jpeg", null);
        for (int length : new int[] {3, 20, 200, 700, jpeg.length / 2, jpeg.length - 300}) {
            assertThatThrownBy(() -> Pictures.decode(Arrays.copyOf(jpeg, length), "cut.jpg"))
                    .as("%d bytes", length)
                    .isInstanceOf(Refusal.class);
        }
    }

    /** Makes the checksums right again, so that damage reaches what lies behind them. */
    private static void mendChecksums(byte[] png) {
        int at = 8;
        while (at + 12 <= png.length) {
            int length = ByteBuffer.wrap(png).getInt(at);
            if (length < 0 || at + 12L + length > png.length) {
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            ByteBuffer.wrap(png).putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
    }

    private static int[] pnm(String text) {
        byte[] values = Pictures.decode(text.getBytes(StandardCharsets.ISO_8859_1), "x.pnm")
                .values();
        int[] levels = new int[values.length];
        Arrays.setAll(levels, i -> values[i] & 0xFF);
        return levels;
    }

    private static BufferedImage smooth(int w, int h, int type) {
        BufferedImage image = new BufferedImage(w, h, type);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                image.setRGB(x, y, (x * 255 / w) << 16 | (y * 255 / h) << 8 | (x + y) * 255 / (w + h));
            }
        }
        return image;
    }

    private static BufferedImage indexed(int w, int h, int bits, int transparent, Random random) {
        int n = 1 << bits;
        byte[][] colours = new byte[3][n];
        for (byte[] channel : colours) {
            random.nextBytes(channel);
        }
        IndexColorModel model = new IndexColorModel(bits, n, colours[0], colours[1], colours[2], transparent);
        boolean packed = bits == 1 || bits == 2 || bits == 4;
        BufferedImage image = new BufferedImage(
                w, h, packed ? BufferedImage.TYPE_BYTE_BINARY : BufferedImage.TYPE_BYTE_INDEXED, model);
        int run = random.nextInt(n);
        for (int i = 0; i < w * h; i++) {
            run = random.nextInt(3) == 0 ? random.nextInt(n) : run;
            image.getRaster().setSample(i % w, i / w, 0, run);
        }
        return image;
    }

    private static byte[] write(BufferedImage image, String format, String mode) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        if (format.equals("gif")) {
            param.setProgressiveMode(
                    mode.equals("interlaced") ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        } else if (format.equals("bmp")) {
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionType(mode);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        }
        return out.toByteArray();
    }

    private static void assertPixels(BufferedImage expected, Content.Pixels got) {
        assertThat(got.width()).isEqualTo(expected.getWidth());
        assertThat(got.height()).isEqualTo(expected.getHeight());
        for (int y = 0; y < got.height(); y++) {
            for (int x = 0; x < got.width(); x++) {
                int argb = expected.getRGB(x, y);
                for (int c = 0; c < 3; c++) {
                    int want = argb >>> 24 == 0 ? 255 : argb >> (16 - 8 * c) & 0xFF;
                    int at = (y * got.width() + x) * got.channels() + (got.channels() == 3 ? c : 0);
                    assertThat(got.values()[at] & 0xFF)
                            .as("%d,%d channel %d", x, y, c)
                            .isEqualTo(want);
                }
            }
        }
    }
}
