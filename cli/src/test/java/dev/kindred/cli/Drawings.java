package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small pictures in folders and zips: each class is a shape of its own, each sample of it a little different. */
final class Drawings {
    static final int SIDE = 20;

    private Drawings() {}

    static byte[] png(int type, int sample) {
        Keyed draws = Keyed.of(7, type, sample);
        byte[] values = new byte[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean dark = ((x + draws.nextInt(2)) * (type + 1) + y * (type % 3 + 1)) % (5 + type) < 2;
                values[y * SIDE + x] = (byte) (dark ? 20 + draws.nextInt(30) : 230);
            }
        }
        return Pictures.png(new Content.Pixels(SIDE, SIDE, 1, values));
    }

    /** {@code c0/s0.png} … in a folder. */
    static Path folder(Path folder, int classes, int samples) throws IOException {
        for (int c = 0; c < classes; c++) {
            Files.createDirectories(folder.resolve("c" + c));
            for (int s = 0; s < samples; s++) {
                Files.write(folder.resolve("c" + c + "/s" + s + ".png"), png(c, s));
            }
        }
        return folder;
    }

    /** A zip of one entry. */
    static Path zip(Path zip, String name, byte[] content) throws IOException {
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
            entries.putNextEntry(new ZipEntry(name));
            entries.write(content);
            entries.closeEntry();
        }
        return zip;
    }
}
