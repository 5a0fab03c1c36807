package dev.kindred.cli;

import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Encoded;
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

    /** Finds the samples that the bundle is to embed, and tells which columns changed since it was taught; none is decoded yet. */
    Dataset read(Bundle bundle, List<Path> paths, Run run) {
        return data.read(paths, data.readOptions().withTaught(TaughtColumns.of(bundle)), run);
    }

    /** Decodes and encodes all as what is found, and names what could not be read. */
    Encoded encode(Bundle bundle, Dataset found, Run run) {
        return encode(bundle, EncoderParts.DOCUMENT, found, run);
    }

    /** @param role that the bundle's encoder plays, where it has encoders of two */
    Encoded encode(Bundle bundle, String role, Dataset found, Run run) {
        Natives.forEncoding(run.home());
        try (Workers workers = run.workers()) {
            Encoded encoded = Encoded.of(bundle, role, found, false, data.strict, workers, run.progress());
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
