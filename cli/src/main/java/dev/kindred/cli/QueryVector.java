package dev.kindred.cli;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** What is looked for in an index: {@code @ID}, an existing picture's path or a {@code .npy} of one vector. */
final class QueryVector {
    private QueryVector() {}

    /** @throws Refusal where there is no such item or file, or it is of another space */
    static float[] of(String query, ExactIndex index, IndexFolder folder, Run run) {
        Space space = index.info().space();
        if (query.startsWith("@")) {
            String id = query.substring(1);
            return index.get(id)
                    .map(Item::vector)
                    .orElseThrow(
                            () -> new Refusal("there is no such item", "@" + id, "ids are what a search prints first"));
        }
        Path path;
        try {
            path = Path.of(query);
        } catch (InvalidPathException e) {
            throw new Refusal("is no path", query, "name a picture, a .npy or @ID", e);
        }
        if (query.toLowerCase(Locale.ROOT).endsWith(".npy")) {
            Embeddings one = Npy.read(path).in(space, query);
            if (one.count() != 1) {
                throw new Refusal("holds " + one.count() + " vectors", query, "a query is one vector");
            }
            return one.values();
        }
        Bundle bundle = folder.bundle(index);
        if (!Files.exists(path)) {
            throw new Refusal("no such picture, and this bundle takes no text", query, "name a picture, a .npy or @ID");
        }
        var picture = Picture.read(path);
        Natives.forEncoding(run.home());
        try (Encoder encoder = bundle.encoder(run.settings().threads())) {
            return encoder.embed(picture).values();
        }
    }
}
