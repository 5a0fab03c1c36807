package dev.kindred.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a stream, each held to a bound: what is longer is passed over to its end, and told. For one thread. */
final class BulkLines {
    private static final int BUFFER = 64 << 10;

    /**
     * One line.
     *
     * @param number from 1 on; blank lines count
     * @param bytes without its end; empty where it is longer than the bound
     */
    record Line(long number, byte[] bytes, boolean isTooLong) {
        boolean isBlank() {
            if (isTooLong) {
                return false;
            }
            for (byte each : bytes) {
                if (each != ' ' && each != '\t' && each != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    /** Told of each part of a line that is kept in memory, and less than 0 of what is not any more since its line is too long. */
    @FunctionalInterface
    interface Growing {
        /** @throws Problem where there is no room for it */
        void by(long bytes) throws InterruptedException;
    }

    private final InputStream in;
    private final int longest;
    private final Growing growing;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private long number;

    /** @param longest bytes of a line */
    BulkLines(InputStream in, int longest, Growing growing) {
        this.in = in;
        this.longest = longest;
        this.growing = growing;
    }

    /** The next line; null after the last. */
    @Nullable
    Line next() throws IOException, InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        boolean begun = false;
        while (true) {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer));
                if (end == 0) {
                    return begun ? new Line(++number, tooLong ? new byte[0] : line.toByteArray(), tooLong) : null;
                }
            }
            begun = true;
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            if (!tooLong && (long) line.size() + at - from > longest) {
                tooLong = true;
                growing.by(-line.size());
                line = new ByteArrayOutputStream(0);
            }
            if (!tooLong && at > from) {
                growing.by(at - from);
                line.write(buffer, from, at - from);
            }
            if (at < end) {
                at++;
                return new Line(++number, tooLong ? new byte[0] : line.toByteArray(), tooLong);
            }
        }
    }
}
