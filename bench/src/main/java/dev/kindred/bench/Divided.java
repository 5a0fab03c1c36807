package dev.kindred.bench;

import dev.kindred.core.Keyed;
import dev.kindred.core.NewFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * A data set in two by classes: a table of pictures to teach on and one of pictures of classes that teaching never sees. Their rows point
 * into the zips, so nothing is copied.
 */
record Divided(Path taught, Path unseen) {

    /**
     * @param zips all pictures
     * @param label its first group in a picture's path is the class
     * @param fewest pictures a class must have
     * @param unseenShare of the classes, chosen by the seed
     * @param folder where the two tables go
     */
    static Divided of(List<Path> zips, Pattern label, int fewest, double unseenShare, long seed, Path folder) {
        Map<String, List<String>> byClass = new TreeMap<>();
        for (Path zip : zips) {
            try (ZipFile open = new ZipFile(zip.toFile())) {
                open.stream().map(entry -> entry.getName()).sorted().forEach(name -> {
                    Matcher found = label.matcher(name);
                    if (found.find()) {
                        byClass.computeIfAbsent(found.group(1), k -> new ArrayList<>())
                                .add(zip.toAbsolutePath().normalize() + "/" + name);
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        byClass.values().removeIf(pictures -> pictures.size() < fewest);
        List<String> classes = List.copyOf(byClass.keySet());
        int[] order = new int[classes.size()];
        java.util.Arrays.setAll(order, i -> i);
        Keyed.of(seed, 0xBE7C4L).shuffle(order);
        int unseen = (int) Math.round(unseenShare * order.length);
        Divided divided =
                new Divided(folder.resolve("taught-" + seed + ".csv"), folder.resolve("unseen-" + seed + ".csv"));
        write(divided.unseen, classes, order, 0, unseen, byClass);
        write(divided.taught, classes, order, unseen, order.length, byClass);
        return divided;
    }

    private static void write(
            Path table, List<String> classes, int[] order, int from, int to, Map<String, List<String>> byClass) {
        StringBuilder rows = new StringBuilder("image,label\n");
        for (int i = from; i < to; i++) {
            String name = classes.get(order[i]);
            for (String picture : byClass.getOrDefault(name, List.of())) {
                rows.append(quoted(picture)).append(',').append(quoted(name)).append('\n');
            }
        }
        NewFile.write(table, out -> out.write(rows.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String quoted(String field) {
        return '"' + field.replace("\"", "\"\"") + '"';
    }
}
