package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a rows file again from end to end and says what is wrong with it. */
final class Inspection {
    private static final int MAX_FINDINGS = 20;
    private static final String HINT = "restore the file from a copy or build the index again";

    private final Snapshot snapshot;
    private final Path file;
    private final List<Finding> findings = new ArrayList<>();

    private Inspection(Snapshot snapshot, Path file) {
        this.snapshot = snapshot;
        this.file = file;
    }

    static List<Finding> of(Snapshot snapshot, Path file) {
        Inspection inspection = new Inspection(snapshot, file);
        inspection.length();
        inspection.checksums();
        if (inspection.findings.isEmpty()) {
            inspection.rows();
        }
        return List.copyOf(inspection.findings);
    }

    /** What is wrong with the journal of the folder, which holds what the view has beyond its file. */
    static Optional<Finding> of(View view, Path dir) {
        String where = Journal.in(dir).toString();
        try {
            Journal.Replay found = Journal.read(dir, view.space(), view.file().base());
            long last = found.batches().isEmpty()
                    ? view.file().header().lastSequence()
                    : found.batches().getLast().lastSequence();
            if (last < view.lastSequence()) {
                return Optional.of(new Finding(where, "is gone or lacks writes that it held", HINT));
            }
            return found.cutBytes() > 0 && !found.overtaken()
                    ? Optional.of(new Finding(
                            where,
                            "ends in %,d bytes of a write that was cut off".formatted(found.cutBytes()),
                            "it was never acknowledged; the next write takes it away"))
                    : Optional.empty();
        } catch (Refusal e) {
            return Optional.of(new Finding(e.where(), e.what(), e.hint()));
        }
    }

    private void found(String what) {
        findings.add(new Finding(file.toString(), what, HINT));
    }

    private void length() {
        try {
            long length = Files.size(file);
            if (length != snapshot.header().fileLength()) {
                found("has %,d bytes where its header says %,d"
                        .formatted(length, snapshot.header().fileLength()));
            }
        } catch (IOException e) {
            found("is gone or cannot be read (" + e.getMessage() + ")");
        }
    }

    private void checksums() {
        Checksums checksums = snapshot.checksums();
        for (int block = 0; block < checksums.blocks() && findings.size() < MAX_FINDINGS; block++) {
            if (!checksums.holds(block)) {
                found("is damaged: " + checksums.describe(block));
            }
        }
    }

    /** What checksums cannot tell: a file that was made wrong. */
    private void rows() {
        Space space = snapshot.space();
        Columns columns = snapshot.columns();
        for (int row = 0; row < columns.count() && findings.size() < MAX_FINDINGS; row++) {
            try {
                Item item = snapshot.item(row);
                Vectors.require(space, item);
                if (snapshot.find(item.id()) != row) {
                    found("does not find its item '" + item.id() + "' by its id");
                }
                double product = Columns.hasNorms(space.distance())
                        ? columns.inverseNorm(row) * Distance.length(item.vector())
                        : 1;
                if (!(Math.abs(product - 1) < 1e-5)) {
                    found("holds a wrong length of the vector of item '" + item.id() + "'");
                }
            } catch (Refusal e) {
                found("row " + row + ": " + e.line());
            }
        }
    }
}
