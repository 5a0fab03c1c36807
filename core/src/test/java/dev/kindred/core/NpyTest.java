package dev.kindred.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatWasWrittenIsReadBack(long seed) {
        Keyed random = Keyed.of(seed);
        int rows = random.nextInt(200);
        int columns = 1 + random.nextInt(300);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Path file = dir.resolve("e.npy");
        Npy.write(file, new Npy.Matrix(rows, columns, values));
        Npy.Matrix read = Npy.read(file);
        assertThat(read.rows()).isEqualTo(rows);
        assertThat(read.columns()).isEqualTo(columns);
        assertThat(read.values()).isEqualTo(values);
    }

    /** The bytes of {@code numpy.save('e.npy', numpy.array([[1, 2]], dtype='float32'))}. */
    @Test
    void theBytesAreThoseOfNumpy() throws IOException {
        Path file = dir.resolve("e.npy");
        Npy.write(file, new Npy.Matrix(1, 2, new float[] {1, 2}));
        String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
        String expected = "934e554d505901007600"
                + HexFormat.of()
                        .formatHex((dict + " ".repeat(117 - dict.length()) + "\n").getBytes(StandardCharsets.US_ASCII))
                + "0000803f00000040";
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(expected);
    }

    @Test
    void doublesAndSingleVectorsAreRead() throws IOException {
        String dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";
        byte[] bytes = HexFormat.of()
                .parseHex("934e554d50590100%02x00".formatted(dict.length())
                        + HexFormat.of().formatHex(dict.getBytes(StandardCharsets.US_ASCII))
                        + "000000000000f03f0000000000000040");
        Path file = Files.write(dir.resolve("d.npy"), bytes);
        assertThat(Npy.read(file)).satisfies(m -> {
            assertThat(m.rows()).isEqualTo(1);
            assertThat(m.values()).containsExactly(1, 2);
        });
    }

    /** As {@code numpy.save} writes an array of this type, order and shape. */
    private Path saved(String name, String type, boolean fortran, String shape, byte[] numbers) throws IOException {
        String dict = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
                .formatted(type, fortran ? "True" : "False", shape);
        ByteBuffer file = ByteBuffer.allocate(10 + dict.length() + numbers.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(HexFormat.of().parseHex("934e554d50590100"))
                .putShort((short) dict.length())
                .put(dict.getBytes(StandardCharsets.US_ASCII))
                .put(numbers);
        return Files.write(dir.resolve(name), file.array());
    }

    @Test
    void otherNumbersAndOrdersAreConverted() throws IOException {
        ByteBuffer doubles = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : new double[] {1, 4, 2, 5, 3, 0.1}) {
            doubles.putDouble(value);
        }
        Path columns = saved("c.npy", "<f8", true, "(2, 3)", doubles.array());
        assertThat(Npy.read(columns).values()).containsExactly(1, 2, 3, 4, 5, 0.1f);
        Path halves = saved("h.npy", "<f2", false, "(1, 2)", new byte[] {0, 0x3C, 0, (byte) 0xC0});
        assertThat(Npy.read(halves).values()).containsExactly(1, -2);
        Path big = saved("b.npy", ">f4", false, "(1, 1)", new byte[] {0x3F, (byte) 0x80, 0, 0});
        assertThat(Npy.read(big).values()).containsExactly(1);
        Path bytes = saved("u.npy", "|u1", false, "(1, 2)", new byte[] {(byte) 200, 7});
        assertThat(Npy.read(bytes).values()).containsExactly(200, 7);
        Path gz = dir.resolve("c.npy.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
            Files.copy(columns, out);
        }
        assertThat(Npy.read(gz).values()).containsExactly(1, 2, 3, 4, 5, 0.1f);
    }

    @Test
    void whatIsNoMatrixOfNumbersIsRefused() throws IOException {
        Path objects = saved("o.npy", "|O", false, "(2, 2)", new byte[32]);
        assertThatThrownBy(() -> Npy.read(objects)).hasMessage("holds Python objects, which are never unpickled here");
        Path texts = saved("t.npy", "<U7", false, "(2,)", new byte[56]);
        assertThatThrownBy(() -> Npy.read(texts)).hasMessage("holds numbers of type '<U7'");
        Path three = saved("d.npy", "<f4", false, "(1, 1, 1)", new byte[4]);
        assertThatThrownBy(() -> Npy.read(three)).hasMessage("is no array of one or two dimensions");
        Path shorter = saved("s.npy", "<f4", false, "(2, 2)", new byte[12]);
        assertThatThrownBy(() -> Npy.read(shorter))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line())
                                .contains("s.npy: holds 12 bytes of numbers where its header says 16"));
        Path bomb = saved("x.npy", "<f4", false, "(50000, 10000)", new byte[0]);
        Path gz = dir.resolve("x.npy.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
            Files.copy(bomb, out);
        }
        assertThatThrownBy(() -> Npy.read(gz)).isInstanceOf(Refusal.class);
    }

    @Test
    @Timeout(3)
    void shapeOfManySpacesIsReadAtOnce() throws IOException {
        Path spaces = saved("s.npy", "<f4", false, "(1, 1" + " ".repeat(60_000) + "!)", new byte[4]);
        assertThatThrownBy(() -> Npy.read(spaces)).hasMessage("is no array of one or two dimensions");
    }

    @Test
    void damageIsRefusedByName() throws IOException {
        Path file = dir.resolve("e.npy");
        Npy.write(file, new Npy.Matrix(2, 3, new float[6]));
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(good, length));
            assertThatThrownBy(() -> Npy.read(file))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).contains("e.npy"));
        }
        Files.write(file, java.util.Arrays.copyOf(good, good.length + 1));
        assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Refusal.class);
        byte[] huge = new String(good, StandardCharsets.ISO_8859_1)
                .replace("(2, 3)", "(99999999999, 3)")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, huge);
        assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Npy.read(dir.resolve("none.npy"))).isInstanceOf(Refusal.class);
    }

    @Test
    void tablesQuoteWhatNeedsIt() throws IOException {
        Path file = dir.resolve("e.csv");
        Space space = Space.external("x", 2, Distance.L2);
        EmbeddingsCsv.write(file, List.of("a", "b,\"c\""), new Embeddings(space, 2, new float[] {1, 0.1f, -2, 1e-9f}));
        assertThat(Files.readString(file)).isEqualTo("id,e0,e1\na,1.0,0.1\n\"b,\"\"c\"\"\",-2.0,1.0E-9\n");
    }
}
