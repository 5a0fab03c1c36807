package dev.kindred.index;

import dev.kindred.core.HeldFolder;
import dev.kindred.core.Progress;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The items of one moment as an index of rows ({@link ExactIndex}), which any number of processes map together: made beside its place and
 * moved there when it is whole and durable. Items are read one after another; what is held in memory is some 16 bytes each, for the table
 * of ids. Until it ends, the write-ahead log of the items keeps what is written meanwhile.
 */
final class RowsExport {
    private RowsExport() {}

    /**
     * @param beside other files to keep with the rows, by their own names
     * @param to a folder that is not there yet
     * @return items that were written, each with the number of its last write
     */
    static long write(Truth truth, List<Path> beside, Path to, Progress progress) throws IOException {
        Path folder = to.toAbsolutePath().normalize();
        Path parent = folder.getParent();
        if (parent == null || Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        try (HeldFolder held = HeldFolder.make(parent, "." + folder.getFileName() + ".")) {
            Path part = held.path();
            long count = rows(truth, part, progress);
            for (Path each : beside) {
                Files.copy(each, part.resolve(String.valueOf(each.getFileName())));
            }
            Files.deleteIfExists(part.resolve(WriterLock.LOCK));
            held.release();
            ItemsSnapshot.force(part);
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            ItemsSnapshot.force(parent);
            return count;
        }
    }

    private static long rows(Truth truth, Path part, Progress progress) {
        long total = truth.count();
        try (Items items = truth.scan(0);
                IndexBuilder builder = ExactIndex.builder(part, truth.space())) {
            for (Items.Written written : items) {
                builder.add(written);
                progress.at("exporting", builder.count(), Math.max(total, builder.count()), "");
            }
            try (ExactIndex index = builder.finish()) {
                return index.info().count();
            }
        }
    }
}
