package dev.kindred.train;

import dev.kindred.core.Hashes;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.Weights;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run between two steps: with the same data and recipe it goes on as if it had never stopped.
 *
 * @param run what was being done: recipe and data as text; another's checkpoint is refused
 * @param steps planned, after a cut where one was made
 * @param step steps taken
 * @param weights as they are now, moving statistics included
 * @param optimiser AdamW's state
 * @param lossSum of the steps since the last validation, with {@code lossCount} of them
 */
public record Checkpoint(
        String run,
        int steps,
        int step,
        Weights weights,
        AdamW.State optimiser,
        Weights best,
        int bestStep,
        double bestScore,
        double lossSum,
        int lossCount,
        List<Teaching.Point> history) {
    private static final int MAGIC = 0x4B52554E;
    private static final int FORMAT = 2;
    private static final int HASH = 32;
    private static final long LARGEST = 1L << 30;

    public Checkpoint {
        history = List.copyOf(history);
    }

    /** Writes it beside and moves it into place. */
    public void write(Path path) {
        byte[] body = body();
        byte[] hash = Hashes.sha256().digest(body);
        NewFile.write(path, out -> {
            out.write(body);
            out.write(hash);
        });
    }

    private byte[] body() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(FORMAT);
            out.writeUTF(run);
            out.writeInt(steps);
            out.writeInt(step);
            out.writeLong(optimiser.steps());
            out.writeInt(bestStep);
            out.writeDouble(bestScore);
            out.writeDouble(lossSum);
            out.writeInt(lossCount);
            out.writeInt(history.size());
            for (Teaching.Point p : history) {
                out.writeInt(p.step());
                write(out, p.judged().chosenBy());
                write(out, p.judged().beside());
                for (double v : new double[] {p.loss(), p.variance(), p.learningRate()}) {
                    out.writeDouble(v);
                }
            }
            for (Parameter p : weights.parameters()) {
                write(out, weights.copy(p.name()));
                write(out, best.copy(p.name()));
                AdamW.Moments moments = optimiser.moments().get(p.name());
                if (moments != null) {
                    write(out, moments.first());
                    write(out, moments.second());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Lesson.Score score) throws IOException {
        out.writeUTF(score.name());
        out.writeDouble(score.value());
    }

    private static Lesson.Score score(DataInputStream in) throws IOException {
        return new Lesson.Score(in.readUTF(), in.readDouble());
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    /**
     * @param architecture of the run; it decides how many numbers there are
     * @throws Refusal where the file is damaged, of a newer format or of another run
     */
    public static Checkpoint read(Path path, Architecture architecture, String run) {
        byte[] body = whole(path);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
            if (in.readInt() != MAGIC) {
                throw new Refusal("is no run of Kindred's", path.toString(), "name a run that was stopped");
            }
            int format = in.readInt();
            if (format != FORMAT) {
                throw new Refusal(
                        "is a run of format " + format + ", this Kindred reads " + FORMAT,
                        path.toString(),
                        "teach anew");
            }
            String there = in.readUTF();
            if (!there.equals(run)) {
                throw new Refusal(
                        "is another run: its data or options differ",
                        path.toString(),
                        "give the DATA and the options that it was begun with");
            }
            return read(in, architecture, run);
        } catch (IOException e) {
            throw new Refusal("ends too soon", path.toString(), "teach anew", e);
        }
    }

    private static Checkpoint read(DataInputStream in, Architecture architecture, String run) throws IOException {
        int steps = in.readInt();
        int step = in.readInt();
        long optimiserSteps = in.readLong();
        int bestStep = in.readInt();
        double bestScore = in.readDouble();
        double lossSum = in.readDouble();
        int lossCount = in.readInt();
        int points = in.readInt();
        List<Teaching.Point> history = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            int at = in.readInt();
            Lesson.Judged judged = new Lesson.Judged(score(in), score(in));
            history.add(new Teaching.Point(at, in.readDouble(), judged, in.readDouble(), in.readDouble()));
        }
        Map<String, float[]> weights = new LinkedHashMap<>();
        Map<String, float[]> best = new LinkedHashMap<>();
        Map<String, AdamW.Moments> moments = new LinkedHashMap<>();
        for (Parameter p : architecture.parameters()) {
            weights.put(p.name(), floats(in, p.size()));
            best.put(p.name(), floats(in, p.size()));
            if (p.role().learned()) {
                moments.put(p.name(), new AdamW.Moments(floats(in, p.size()), floats(in, p.size())));
            }
        }
        return new Checkpoint(
                run,
                steps,
                step,
                Weights.of(architecture, weights),
                new AdamW.State(optimiserSteps, moments),
                Weights.of(architecture, best),
                bestStep,
                bestScore,
                lossSum,
                lossCount,
                history);
    }

    private static float[] floats(DataInputStream in, int n) throws IOException {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }

    private static byte[] whole(Path path) {
        try {
            if (Files.size(path) > LARGEST || Files.size(path) < HASH) {
                throw new Refusal("is no run of Kindred's", path.toString(), "name a run that was stopped");
            }
            byte[] bytes = Files.readAllBytes(path);
            byte[] body = Arrays.copyOf(bytes, bytes.length - HASH);
            if (!Arrays.equals(Hashes.sha256().digest(body), Arrays.copyOfRange(bytes, body.length, bytes.length))) {
                throw new Refusal("is damaged: its checksum does not hold", path.toString(), "teach anew");
            }
            return body;
        } catch (IOException e) {
            throw new Refusal("there is no such run", path.toString(), "name a run that was stopped", e);
        }
    }
}
