package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Hashes;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.media.PictureShape;
import dev.kindred.train.FeatureFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What a frozen encoder makes of examples: computed once and kept under the home, by its space and the data. Samples come first, and of
 * judged examples the queries after them.
 */
final class Frozen {
    /** Encoded at once: enough to be packed well by length, little enough to be held. */
    private static final int BLOCK = 4_096;

    private final Run run;
    private final boolean strict;

    Frozen(Run run, boolean strict) {
        this.run = run;
        this.strict = strict;
    }

    FeatureFile of(Bundle base, Examples examples, Workers workers) {
        Path file = run.home()
                .resolve("frozen")
                .resolve(base.space().id().replaceAll("[^A-Za-z0-9]+", "-"))
                .resolve(key(base, examples) + ".features");
        int dimension = base.space().dimension();
        return FeatureFile.open(file, dimension).orElseGet(() -> {
            write(base, examples, file, workers);
            return FeatureFile.open(file, dimension)
                    .orElseThrow(() -> new IllegalStateException("what was just written to " + file + " is not there"));
        });
    }

    /** The data in the order of its rows, which the fingerprint alone does not tell, and the roles it is read in. */
    private static String key(Bundle base, Examples examples) {
        MessageDigest sha = Hashes.sha256();
        for (Side side : sides(base, examples)) {
            sha.update(side.role().getBytes(StandardCharsets.UTF_8));
            sha.update(side.data().fingerprint().getBytes(StandardCharsets.UTF_8));
            for (int row = 0; row < side.data().size(); row++) {
                sha.update(side.data().entry(row).id().getBytes(StandardCharsets.UTF_8));
                sha.update((byte) 0);
            }
        }
        return HexFormat.of().formatHex(sha.digest()).substring(0, 32);
    }

    /** One kind of contents and the role of the encoder that takes them. */
    private record Side(Dataset data, String role) {}

    private static List<Side> sides(Bundle base, Examples examples) {
        String document = base.parts(EncoderParts.DOCUMENT).name();
        return switch (examples) {
            case Examples.Judged judged ->
                List.of(
                        new Side(judged.corpus(), document),
                        new Side(
                                judged.queries(), base.parts(EncoderParts.QUERY).name()));
            case Examples other -> List.of(new Side(other.samples(), document));
        };
    }

    private void write(Bundle base, Examples examples, Path file, Workers workers) {
        List<Side> sides = sides(base, examples);
        List<Loaded<Content>> loaded = new ArrayList<>();
        int[] rows = new int[0];
        int before = 0;
        for (Side side : sides) {
            Loaded<Content> one =
                    Loading.each(side.data(), workers, (row, content) -> kept(base, content), strict, run.progress());
            run.tellLeftOut(one.failures());
            int from = rows.length;
            rows = Arrays.copyOf(rows, from + one.rows().length);
            for (int i = 0; i < one.rows().length; i++) {
                rows[from + i] = before + one.rows()[i];
            }
            before += side.data().size();
            loaded.add(one);
        }
        int total = rows.length;
        FeatureFile.write(file, rows, base.space().dimension(), block -> {
            int done = 0;
            for (int i = 0; i < sides.size(); i++) {
                try (Encoder encoder =
                        base.encoder(sides.get(i).role(), run.settings().threads())) {
                    done = encode(encoder, loaded.get(i).values(), done, total, block);
                    tellCut(encoder.truncated(), loaded.get(i).values().size());
                }
            }
        });
    }

    /** Of a picture what the encoder looks at, which is little beside what people photograph. */
    private static Content kept(Bundle base, Content content) {
        if (base.preparation() instanceof PicturePreparation pictures) {
            PictureShape shape = pictures.shape();
            return new Content.Pixels(shape.width(), shape.height(), shape.channels(), pictures.raster(content));
        }
        return content;
    }

    private int encode(Encoder encoder, List<Content> contents, int done, int total, FeatureFile.Block block)
            throws IOException {
        for (int from = 0; from < contents.size(); from += BLOCK) {
            int to = Math.min(contents.size(), from + BLOCK);
            Embeddings given = encoder.encode(List.copyOf(contents.subList(from, to)));
            block.put(given.values());
            run.progress().at("encoding", done + to, total, "");
        }
        return done + contents.size();
    }

    private void tellCut(long cut, int of) {
        if (cut > 0) {
            run.say("note: %,d of %,d texts were longer than the encoder reads and lost their end".formatted(cut, of));
        }
    }
}
