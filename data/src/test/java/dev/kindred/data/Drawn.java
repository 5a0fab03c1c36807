package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.media.Pictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small pictures and sets for tests. */
final class Drawn {
    private Drawn() {}

    static Content.Pixels pixels(int seed) {
        byte[] values = new byte[12 * 10];
        new Random(seed).nextBytes(values);
        return new Content.Pixels(12, 10, 1, values);
    }

    static byte[] png(int seed) {
        return Pictures.png(pixels(seed));
    }

    static Path write(Path folder, String name, byte[] bytes) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path folder, String name, String text) {
        return write(folder, name, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A folder of {@code parents × classes × samples} pictures, all different; without parents where that is 0. */
    static Path folder(Path root, int parents, int classes, int samples) {
        int seed = 0;
        for (int p = 0; p < Math.max(1, parents); p++) {
            for (int c = 0; c < classes; c++) {
                for (int s = 0; s < samples; s++) {
                    String name = (parents == 0 ? "" : "p" + p + "/") + "c" + c + "/" + s + ".png";
                    write(root, name, png(seed++));
                }
            }
        }
        return root;
    }

    static Dataset read(Path... data) {
        return Dataset.read(List.of(data), ReadOptions.defaults(), Progress.SILENT);
    }
}
