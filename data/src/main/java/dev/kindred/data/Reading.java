package dev.kindred.data;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From the paths of a command line to examples: what each path is, is found out here. */
final class Reading {
    private final Gathering gathering;
    private final Tuples tuples;
    private @Nullable Shape shape;
    private @Nullable Path first;

    private Reading(Gathering gathering) {
        this.gathering = gathering;
        this.tuples = new Tuples(gathering);
    }

    static Examples read(List<Path> data, ReadOptions options, Progress progress) {
        if (data.isEmpty()) {
            throw new Refusal("no DATA is named", "DATA", "name a folder, a zip or a table");
        }
        Reading reading = new Reading(new Gathering(options, progress));
        Map<String, Path> names = new HashMap<>();
        for (Path path : data) {
            String name = reading.uniqueName(path, names);
            Beir beir = Beir.at(path);
            if (beir != null && !options.only().isEmpty()) {
                throw notChosen("judged queries", path.toString());
            }
            if (beir == null) {
                reading.require(reading.readOne(path, data.size() == 1 ? "" : name + "/"), path);
            } else if (data.size() == 1) {
                return beir.read(options, progress);
            } else {
                throw new Refusal(
                        "holds queries with judgements, which are read alone", path.toString(), "name it alone");
            }
        }
        return reading.end(data.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }

    private Examples end(String where) {
        Dataset samples = gathering.dataset(where);
        if ((shape == Shape.PAIRS || shape == Shape.TRIPLETS)
                && !gathering.options().only().isEmpty()) {
            throw notChosen(shape.words(), where);
        }
        return switch (shape) {
            case PAIRS -> tuples.pairs(samples);
            case TRIPLETS -> tuples.triplets(samples);
            case null, default -> new Examples.Labelled(only(samples));
        };
    }

    private static Refusal notChosen(String what, String where) {
        return new Refusal("holds " + what + ", of which none can be chosen", where, "leave --where out");
    }

    /** Those whose attributes have the values that were asked for; the label is an attribute here. */
    private Dataset only(Dataset samples) {
        Dataset chosen = samples;
        for (var wanted : gathering.options().only().entrySet()) {
            Set<String> values = new TreeSet<>();
            int[] rows = new int[chosen.size()];
            int count = 0;
            for (int row = 0; row < rows.length; row++) {
                Entry entry = chosen.entry(row);
                String value = wanted.getKey().equals("label")
                        ? entry.label()
                        : entry.attributes().get(wanted.getKey());
                if (value != null) {
                    values.add(value);
                }
                if (wanted.getValue().equals(value)) {
                    rows[count++] = row;
                }
            }
            if (count == 0) {
                throw new Refusal(
                        values.isEmpty()
                                ? "no sample has an attribute '%s'".formatted(wanted.getKey())
                                : "no sample has '%s' as %s; there is %s"
                                        .formatted(
                                                wanted.getValue(),
                                                wanted.getKey(),
                                                values.stream().limit(10).collect(Collectors.joining(", "))),
                        "--where",
                        "name an attribute and a value that are there");
            }
            chosen = chosen.chosen(Arrays.copyOf(rows, count));
        }
        return chosen;
    }

    private void require(Shape read, Path path) {
        if (shape != null && shape != read) {
            throw new Refusal(
                    "holds %s where %s holds %s".formatted(read.words(), first, shape.words()),
                    path.toString(),
                    "name DATA of one shape");
        }
        if (shape == null) {
            shape = read;
            first = path;
        }
    }

    /** Its own name; another DATA of the same name is told apart by a number. */
    private String uniqueName(Path path, Map<String, Path> taken) {
        Path real;
        try {
            real = path.toRealPath();
        } catch (NoSuchFileException e) {
            throw new Refusal("does not exist", path.toString(), "check the path", e);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + Origin.reason(e) + ")", path.toString(), "check the path", e);
        }
        if (taken.containsValue(real)) {
            throw new Refusal("is named twice", path.toString(), "name each DATA once");
        }
        String own = Dataset.nameOf(path);
        String name = own;
        for (int n = 2; taken.containsKey(name); n++) {
            name = own + "~" + n;
        }
        taken.put(name, real);
        if (!name.equals(own)) {
            gathering.note(
                    "samples of " + path + " have ids that begin with " + name + "/, since another DATA has its name");
        }
        return name;
    }

    private Shape readOne(Path path, String prefix) {
        int before = gathering.size() + tuples.size();
        Shape read = Shape.LABELLED;
        if (Files.isDirectory(path)) {
            FolderReader.readFolder(path, prefix, gathering);
        } else if (!Files.isRegularFile(path)) {
            throw new Refusal("is neither a file nor a folder", path.toString(), "name a folder, a zip or a table");
        } else if (Archive.named(path)) {
            FolderReader.readZip(path, prefix, gathering);
        } else if (Idx.named(path)) {
            Idx.read(path, prefix, gathering);
        } else if (Vectors.named(path)) {
            Vectors.read(path, prefix, gathering);
        } else if (Table.named(path)) {
            read = table(path, prefix);
        } else if (Pictures.named(path.toString())) {
            gathering.add(prefix + Dataset.nameOf(path), null, Map.of(), new Origin.OfFile(path));
        } else {
            throw new Refusal(
                    "is nothing that is read",
                    path.toString(),
                    "name a folder, a .zip, .csv, .tsv, .jsonl, .npy, .fvecs or IDX file, or a picture");
        }
        if (prefix.isEmpty() || gathering.size() + tuples.size() > before) {
            return read;
        }
        throw new Refusal("holds no samples", path.toString(), "leave it out");
    }

    private Shape table(Path path, String prefix) {
        KnownForm form = gathering.options().columns().isEmpty() ? KnownForm.of(path) : null;
        if (form == null) {
            return TableReader.read(path, prefix, gathering, tuples);
        }
        form.read(path, prefix, gathering, tuples);
        return Shape.PAIRS;
    }
}
