package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
                        ? columns.inverseNorm(row) * Vectors.length(item.vector())
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
