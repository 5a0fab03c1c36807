package dev.kindred.cli;

import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;

/** How DATA is read and encoded, for every command that embeds some. */
final class DataToEmbed {
    @Mixin
    DataOptions data = new DataOptions();

    @Mixin
    DeviceOption device = new DeviceOption();

    /** Finds the samples that are to be embedded, and tells which columns changed since a bundle was taught; none is decoded yet. */
    Dataset read(Subject giver, List<Path> paths, Run run) {
        ReadOptions options = data.readOptions();
        return data.read(
                paths,
                switch (giver) {
                    case Subject.OfBundle(Bundle bundle) -> options.withTaught(TaughtColumns.of(bundle));
                    case Subject.OfVectors v -> options;
                },
                run);
    }

    /** Decodes and encodes all as what is found, and names what could not be read. Vectors made elsewhere are taken as they are. */
    Encoded encode(Subject giver, Dataset found, Run run) {
        return encode(giver, EncoderParts.DOCUMENT, found, run);
    }

    /** @param role that the bundle's encoder plays, where it has encoders of two */
    Encoded encode(Subject giver, String role, Dataset found, Run run) {
        try (Workers workers = run.workers()) {
            Encoded encoded = switch (giver) {
                case Subject.OfBundle(Bundle bundle) -> {
                    Natives.forEncoding(run.home());
                    yield Encoded.of(bundle, role, found, false, data.strict, workers, run.progress());
                }
                case Subject.OfVectors vectors ->
                    Encoded.vectors(found, vectors.space(), data.strict, workers, run.progress());
            };
            run.tellLeftOut(encoded.failures());
            if (encoded.truncated() > 0) {
                run.say(String.format(
                        Locale.ROOT,
                        "%,d of %,d texts were longer than the encoder reads and lost their end",
                        encoded.truncated(),
                        encoded.rows().length));
            }
            return encoded;
        }
    }
}
