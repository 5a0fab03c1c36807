package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.encode.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --encoder base.kindred}: a head on a frozen encoder, from the command to the sealed bundle. */
class HeadCommandTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path base;
    private Path data;

    @BeforeEach
    void aBaseAndData() throws IOException {
        shell = new Shell(folder.resolve("home"));
        base = folder.resolve("base.kindred");
        TinyBundle.seal(base, 1);
        data = Drawings.folder(folder.resolve("data"), 10, 6);
    }

    @Test
    void classesTeachAHeadThatIsSealedInOneGraph() throws IOException {
        JsonObject taught = taught("a.kindred", data, "--steps", 40, "--report", folder.resolve("report"));
        assertThat(taught.get("validatedBy").getAsString()).isEqualTo("MAP@R");
        assertThat(taught.get("validation").getAsDouble())
                .isGreaterThanOrEqualTo(taught.get("validationUntaught").getAsDouble());
        Bundle bundle = Bundle.open(folder.resolve("a.kindred"));
        Bundle below = Bundle.open(base);
        assertThat(bundle.space()).isNotEqualTo(below.space());
        assertThat(bundle.encoders().getFirst().hasHead()).isTrue();
        assertThat(bundle.decision()).isPresent();
        assertThat(bundle.manifest()
                        .getAsJsonObject("provenance")
                        .getAsJsonArray("basedOn")
                        .toString())
                .contains(below.id());
        assertThat(bundle.card()).contains("MAP@R");
        assertThat(folder.resolve("report/index.html")).content().contains("before teaching");
        JsonObject measured = ok("evaluate", folder.resolve("a.kindred"), data, "--json");
        assertThat(measured.getAsJsonObject("baselines").keySet()).contains("untaught");
    }

    @Test
    void theSameAgainIsTheSameSpaceAndWhatWasKeptIsOnlyACopy() throws IOException {
        String first = taught("a.kindred", data, "--steps", 12).get("space").getAsString();
        Path kept = kept();
        byte[] whole = Files.readAllBytes(kept);
        assertThat(taught("b.kindred", data, "--steps", 12).get("space").getAsString())
                .isEqualTo(first);
        whole[whole.length / 2] ^= 1;
        Files.write(kept, whole);
        assertThat(taught("c.kindred", data, "--steps", 12).get("space").getAsString())
                .isEqualTo(first);
        assertThat(Files.readAllBytes(kept())).isNotEqualTo(whole);
        // An mlp's first map is drawn by the seed, whether or not teaching helped.
        String mlp = taught("d.kindred", data, "--steps", 12, "--head", "mlp")
                .get("space")
                .getAsString();
        assertThat(mlp).isNotEqualTo(first);
        assertThat(taught("e.kindred", data, "--steps", 12, "--head", "mlp", "--seed", 2)
                        .get("space")
                        .getAsString())
                .isNotEqualTo(mlp);
    }

    private Path kept() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("home/frozen"))) {
            return files.filter(Files::isRegularFile)
                    .reduce((a, b) -> {
                        throw new AssertionError("two: " + a + ", " + b);
                    })
                    .orElseThrow();
        }
    }

    @Test
    void whatTheDataIsDecidesTheLossAndTheFigure() throws IOException {
        assertThat(taught("g.kindred", pairs("graded.csv", 0), "--steps", 5)
                        .get("validatedBy")
                        .getAsString())
                .isEqualTo("Spearman");
        assertThat(taught("p.kindred", pairs("answered.csv", 1), "--steps", 5)
                        .get("validatedBy")
                        .getAsString())
                .isEqualTo("average precision");
        assertThat(Bundle.open(folder.resolve("p.kindred")).decision()).isPresent();
        assertThat(taught("n.kindred", pairs("answered.csv", 1), "--steps", 5, "--loss", "mnr")
                        .get("validatedBy")
                        .getAsString())
                .isEqualTo("MRR");
        assertThat(taught("m.kindred", pairs("matches.csv", 2), "--steps", 5)
                        .get("validatedBy")
                        .getAsString())
                .isEqualTo("MRR");
        assertThat(taught("v.kindred", pairs("graded.csv", 0), "--steps", 5, "--validation", pairs("more.csv", 0))
                        .get("validatedBy")
                        .getAsString())
                .isEqualTo("Spearman");
        assertThat(Bundle.open(folder.resolve("v.kindred"))
                        .manifest()
                        .getAsJsonObject("provenance")
                        .getAsJsonObject("data")
                        .get("split")
                        .getAsString())
                .contains("given apart");
    }

    /** @param kind 0 graded, 1 the same and different, 2 the same alone */
    private Path pairs(String name, int kind) throws IOException {
        StringBuilder csv = new StringBuilder(kind == 2 ? "left,right\n" : "left,right,score\n");
        Random random = new Random(name.hashCode());
        for (int c = 0; c < 10; c++) {
            for (int s = 0; s < 6; s++) {
                boolean same = kind == 2 || s % 2 == 0;
                int other = same ? c : (c + 1 + random.nextInt(9)) % 10;
                csv.append("data/c%d/s%d.png,data/c%d/s%d.png".formatted(c, s, other, (s + 1) % 6));
                csv.append(kind == 2 ? "" : kind == 1 ? same ? ",1" : ",0" : same ? ",4.5" : "," + random.nextInt(3));
                csv.append('\n');
            }
        }
        return Files.writeString(folder.resolve(name), csv);
    }

    @Test
    void whatCannotBeTaughtIsRefusedInOneLine() throws IOException {
        Path texts = Files.writeString(folder.resolve("t.csv"), "text,label\na,x\nb,x\nc,y\nd,y\n");
        Path out = folder.resolve("no.kindred");
        for (List<Object> line : List.of(
                List.<Object>of("--encoder|base.kindred", data, "--head", "linear"),
                List.<Object>of("no head 'deep'", data, "--encoder", base, "--head", "deep"),
                List.<Object>of("--augment", data, "--encoder", base, "--augment", "gentle"),
                List.<Object>of("compares by cosine", data, "--encoder", base, "--distance", "l2"),
                List.<Object>of("graded pairs", pairs("graded.csv", 0), "--encoder", base, "--loss", "supcon"),
                List.<Object>of("takes pictures", texts, "--encoder", base),
                List.<Object>of("--validation", data, "--validation", data))) {
            Object[] words = Stream.concat(
                            Stream.of("train", "--out", out), line.stream().skip(1))
                    .toArray();
            Shell.Ended ended = shell.run(words);
            assertThat(ended.code()).as(line + ended.err()).isEqualTo(ExitCode.REFUSED);
            for (String part : line.getFirst().toString().split("\\|")) {
                assertThat(ended.line()).contains(part);
            }
        }
        assertThat(out).doesNotExist();
    }

    private JsonObject taught(String name, Path from, Object... more) {
        return ok(Stream.concat(
                        Stream.of("train", from, "--encoder", base, "--out", folder.resolve(name), "--json"),
                        Stream.of(more))
                .toArray());
    }

    private JsonObject ok(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }
}
