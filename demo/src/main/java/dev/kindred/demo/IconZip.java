package dev.kindred.demo;

import dev.kindred.core.NewFile;
import dev.kindred.core.Workers;
import dev.kindred.media.Pictures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Icons as a data set that {@code kindred train} reads as it is: {@code <name>/<family>~<hand>~<glyph>.png}, so that the folder is the
 * label, and {@code --attribute family='/([^~]+)~' --attribute hand='~([^~]+)~'} tells the rest. The same icons give the same bytes.
 */
final class IconZip {
    /** The first moment that a zip can tell. */
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    private IconZip() {}

    static void write(Path zip, Workers workers, IconSplit split, int[] rows) {
        File[] files = new File[rows.length];
        workers.blocks(rows.length, 256, (from, to) -> {
            for (int i = from; i < to; i++) {
                files[i] = file(split, rows[i]);
            }
        });
        Arrays.sort(files, Comparator.comparing(File::path));
        NewFile.write(zip, out -> write(out, files));
    }

    private record File(String path, byte[] png) {}

    private static File file(IconSplit split, int row) {
        Icon icon = split.icons().get(row);
        String glyph = icon.id().substring(icon.id().indexOf('/') + 1);
        String path =
                icon.name() + "/" + icon.family().id() + "~" + split.hands().hand(row) + "~" + glyph + ".png";
        return new File(path, Pictures.png(icon.pixels()));
    }

    private static void write(OutputStream out, File[] files) throws IOException {
        // Not closed: the stream belongs to whoever gave it.
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        for (File file : files) {
            CRC32 checksum = new CRC32();
            checksum.update(file.png());
            ZipEntry entry = new ZipEntry(file.path());
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(file.png().length);
            entry.setCompressedSize(file.png().length);
            entry.setCrc(checksum.getValue());
            entry.setTimeLocal(EPOCH);
            zip.putNextEntry(entry);
            zip.write(file.png());
            zip.closeEntry();
        }
        zip.finish();
    }
}
