package dev.kindred.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import java.io.File;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's ten lines are those of {@code examples/}; all examples compile without a warning, and find in a process of their own what
 * they should.
 */
class ExampleTest {
    private static final String EXAMPLE = "FindAlike";
    private static final String WITH_WORDS = "FindByWords";
    /** Of the tests of {@code cli}: an encoder of sixty words. */
    private static final String TINY = "cli/src/test/resources/dev/kindred/cli/tiny-words";

    private static final int PICTURES = 24;
    private static final int ASKED = 7;

    @TempDir
    Path folder;

    @Test
    void theReadmeShowsIt() throws Exception {
        List<String> lines = Checkout.text(file(EXAMPLE)).lines().toList();
        assertThat(lines.getFirst())
                .as("how to run it")
                .startsWith("// java ")
                .endsWith(file(EXAMPLE) + " BUNDLE INDEX PICTURE");
        List<String> program = lines.subList(1, lines.size());
        assertThat(program.stream().filter(line -> !line.isBlank())).hasSize(10);
        assertThat(Checkout.text("README.md")).contains("```java\n" + String.join("\n", program) + "\n```");
    }

    @Test
    void tenLinesAreEnoughForTextsToo() throws Exception {
        List<String> lines = Checkout.text(file(WITH_WORDS)).lines().toList();
        assertThat(lines.getFirst()).startsWith("// java ").endsWith(file(WITH_WORDS) + " BUNDLE INDEX TEXT");
        assertThat(lines.subList(1, lines.size()).stream().filter(line -> !line.isBlank()))
                .hasSizeLessThanOrEqualTo(10);
        assertThat(Checkout.text("README.md")).contains(file(WITH_WORDS));
    }

    @Test
    void findsTheTextThatIsMostLikeWhatIsSaid() throws Exception {
        Path root = Checkout.root();
        List<EncoderParts> parts = EncoderParts.textRoles(
                Files.readAllBytes(root.resolve(TINY + ".onnx")),
                Files.readAllBytes(root.resolve(TINY + ".json")),
                24,
                "help ",
                "",
                32,
                Distance.COSINE);
        Bundle bundle = new Sealing(Sealing.proven(parts), null, null, new JsonObject(), "# Sixty words\n")
                .write(folder.resolve("words.kindred"));
        List<String> texts = List.of("an animal that barks", "speak very quietly", "a tower with light");
        Embeddings embeddings;
        try (Encoder encoder = bundle.encoder(EncoderParts.DOCUMENT, 1)) {
            embeddings = encoder.encode(
                    List.copyOf(texts.stream().map(Content.Text::new).toList()));
        }

        Ended ended = run(WITH_WORDS, bundle.path(), index(bundle, embeddings), "speak quietly");

        assertThat(ended.code()).as(ended.err()).isZero();
        List<String> lines = ended.out().lines().toList();
        assertThat(lines).hasSize(3).first().asString().endsWith(id(1));
        try (Encoder encoder = bundle.encoder(EncoderParts.QUERY, 1)) {
            double score = Distance.COSINE.score(
                    encoder.embed("speak quietly").values(), 0, embeddings.row(1), 0, embeddings.dimension());
            assertThat(Double.parseDouble(lines.getFirst().split(" {2}")[0])).isCloseTo(score, within());
        }
    }

    @Test
    void findsTheTenMostAlike() throws Exception {
        Bundle bundle = seal("taught", 1);
        List<Content.Pixels> pictures =
                IntStream.range(0, PICTURES).mapToObj(ExampleTest::draw).toList();
        Embeddings embeddings;
        try (Encoder encoder = bundle.encoder(1)) {
            embeddings = encoder.encode(List.copyOf(pictures));
        }
        Path index = index(bundle, embeddings);
        Path picture = write(pictures.get(ASKED));

        Ended ended = run(EXAMPLE, bundle.path(), index, picture.toString());

        assertThat(ended.code()).as(ended.err()).isZero();
        List<Integer> expected = IntStream.range(0, PICTURES)
                .boxed()
                .sorted(Comparator.comparing(row -> -embeddings.score(ASKED, row)))
                .limit(10)
                .toList();
        List<String> lines = ended.out().lines().toList();
        assertThat(lines).hasSize(10);
        for (int i = 0; i < 10; i++) {
            String[] words = lines.get(i).split(" {2}");
            assertThat(words[1]).isEqualTo(id(expected.get(i)));
            assertThat(Double.parseDouble(words[0])).isCloseTo(embeddings.score(ASKED, expected.get(i)), within());
        }
    }

    @Test
    void refusesAnIndexOfAnotherSpace() throws Exception {
        Bundle bundle = seal("taught", 1);
        Bundle other = seal("other", 2);
        Embeddings none = new Embeddings(other.space(), 0, new float[0]);
        Path picture = write(draw(0));

        Ended ended = run(EXAMPLE, bundle.path(), index(other, none), picture.toString());

        assertThat(ended.code()).isNotZero();
        assertThat(ended.err()).contains("vectors of space " + bundle.space().shortId());
    }

    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.data.Offset.offset(1e-5);
    }

    /** A grey ground with four boxes, by number. */
    private static Content.Pixels draw(int number) {
        Keyed draws = Keyed.of(42, number);
        int side = 24;
        byte[] values = new byte[side * side];
        for (int box = 0; box < 4; box++) {
            int left = draws.nextInt(side - 6);
            int top = draws.nextInt(side - 6);
            byte level = (byte) draws.nextInt(256);
            for (int y = top; y < top + 6; y++) {
                for (int x = left; x < left + 6; x++) {
                    values[y * side + x] = level;
                }
            }
        }
        return new Content.Pixels(side, side, 1, values);
    }

    private static String id(int row) {
        return "drawings/%02d.png".formatted(row);
    }

    private Bundle seal(String name, long seed) {
        Architecture architecture = Architecture.conv4(1, 16, 4, 8);
        PicturePreparation preparation = new PicturePreparation(
                new PictureShape(16, 16, 1, PictureShape.Fit.PAD), List.of(0.5f), List.of(0.25f));
        EncoderParts parts =
                EncoderParts.of(architecture, Weights.untrained(architecture, seed), preparation, Distance.COSINE);
        try (Encoder encoder = parts.open(1)) {
            Probes probes = new Probes(
                    Probes.rasterHash(preparation.shape()),
                    encoder.encode(Probes.pictures()).values());
            return new Sealing(parts, probes, null, null, new JsonObject(), "# Drawn for a test\n")
                    .write(folder.resolve(name + ".kindred"));
        }
    }

    private Path index(Bundle bundle, Embeddings embeddings) {
        Path place = folder.resolve("index");
        ExactIndex.build(
                        place,
                        bundle.space(),
                        IntStream.range(0, embeddings.count()).mapToObj(row -> Item.of(id(row), embeddings.row(row))),
                        Progress.SILENT)
                .close();
        return place;
    }

    private Path write(Content.Pixels picture) throws Exception {
        return Files.write(folder.resolve("asked.png"), Pictures.png(picture));
    }

    private record Ended(int code, String out, String err) {}

    private static String file(String example) {
        return "examples/" + example + ".java";
    }

    private Ended run(String example, Path bundle, Path index, String asked) throws Exception {
        Path classes = compile(example);
        String classPath = classes + File.pathSeparator + classPath();
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath));
        command.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector", "-Xmx256m"));
        command.addAll(List.of(example, bundle.toString(), index.toString(), asked));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended in time").isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Path compile(String example) throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    classPath(),
                                    "-proc:none",
                                    "-Xlint:all,-path,-classfile",
                                    "-Werror"),
                            null,
                            files.getJavaFileObjects(Checkout.root().resolve(file(example))))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
        return classes;
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
