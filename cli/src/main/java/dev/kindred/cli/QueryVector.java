package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Npy;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Item;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is looked for in an index: {@code @ID}, a {@code .npy} of one vector, and else a picture's path or a text, as the bundle takes. */
final class QueryVector {
    /** What a person would hardly write as a text: one word with a short ending. */
    private static final Pattern FILE_NAME = Pattern.compile("[^\\s\\x00]*[^\\s\\x00./]\\.[A-Za-z][A-Za-z0-9]{1,4}");

    private QueryVector() {}

    /**
     * @param role that the bundle's encoder plays: what is looked for, or what is compared with things of its own kind
     * @throws Refusal where there is no such item or file, or it is of another space
     */
    static float[] of(String query, String role, EmbeddedIndex index, IndexFolder folder, Run run) {
        Space space = index.info().space();
        if (query.startsWith("@")) {
            String id = query.substring(1);
            return index.get(id)
                    .map(Item::vector)
                    .orElseThrow(
                            () -> new Refusal("there is no such item", "@" + id, "ids are what a search prints first"));
        }
        Optional<Path> vector = vectorFile(query);
        if (vector.isPresent()) {
            Embeddings one = Npy.read(vector.get()).in(space, query);
            if (one.count() != 1) {
                throw new Refusal("holds " + one.count() + " vectors", query, "a query is one vector");
            }
            return one.values();
        }
        boolean missing = FILE_NAME.matcher(query).matches() && !Files.exists(Path.of(query));
        if (missing && space.isExternal()) {
            throw new Refusal("does not exist", query, "name a .npy of one vector, or @ and the id of an item");
        }
        Bundle bundle = folder.bundle(index);
        Content content = Given.of(query, bundle);
        if (content instanceof Content.Text && missing) {
            run.say("note: there is no file " + query + ", so it is taken as a text");
        }
        Natives.forEncoding(run.home());
        try (Encoder encoder = bundle.encoder(role, run.settings().threads())) {
            return encoder.embed(content).values();
        }
    }

    /** The words of what is looked for, where it is a text. */
    static String text(String query, EmbeddedIndex index, IndexFolder folder) {
        if (!query.startsWith("@")
                && vectorFile(query).isEmpty()
                && Given.of(query, folder.bundle(index)) instanceof Content.Text(String text)) {
            return text;
        }
        throw new Refusal("has no words to look for", query, "give them by --words TEXT");
    }

    /** Words may end in {@code .npy} too; a name of one word, or a file that is there, is meant as a file. */
    private static Optional<Path> vectorFile(String query) {
        try {
            Path path = Path.of(query);
            boolean named = query.toLowerCase(Locale.ROOT).endsWith(".npy");
            return named && (Files.exists(path) || !query.contains(" ")) ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
