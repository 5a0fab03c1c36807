package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Progress;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Progress as people see it: on a terminal one line with bar, rate and time left, drawn over itself at most ten times a second; elsewhere
 * a plain line at each new piece of work and then every ten seconds. Rate and time left are of the piece of work under way.
 */
final class ProgressLine implements Progress, AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long PLAIN_NANOS = 10_000_000_000L;
    private static final int BAR = 20;

    private final PrintStream err;
    private final boolean interactive;
    private final int columns;
    private String what = "";
    private long begun;
    private long firstDone;
    private long shown;
    private boolean open;
    private @Nullable String last;

    ProgressLine(PrintStream err, boolean interactive, int columns) {
        this.err = err;
        this.interactive = interactive;
        this.columns = columns;
    }

    /** Progress as JSON lines, one an utterance, for the program that started this one. */
    static Progress json(PrintStream out) {
        return (what, done, total, note) -> {
            JsonObject progress = new JsonObject();
            progress.addProperty("what", what);
            progress.addProperty("done", done);
            progress.addProperty("total", total);
            progress.addProperty("note", note);
            JsonObject line = new JsonObject();
            line.add("progress", progress);
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        };
    }

    @Override
    public synchronized void at(String newWhat, long done, long total, String note) {
        long now = System.nanoTime();
        boolean fresh = !newWhat.equals(what) || !open;
        if (fresh) {
            finishPiece();
            what = newWhat;
            begun = now;
            firstDone = done;
            open = true;
        }
        boolean finished = total > 0 && done >= total;
        last = line(done, total, note, (now - begun) / 1e9, done - firstDone);
        if (fresh || finished || now - shown >= (interactive ? REDRAW_NANOS : PLAIN_NANOS)) {
            shown = now;
            draw(last);
            last = null;
        }
        if (finished) {
            finishPiece();
        }
    }

    private void draw(String line) {
        if (interactive) {
            String cut = line.length() < columns ? line : line.substring(0, columns - 1);
            err.print("\r\u001b[2K" + cut);
            err.flush();
        } else {
            err.println(line);
        }
    }

    private void finishPiece() {
        if (open) {
            if (last != null) {
                draw(last);
                last = null;
            }
            if (interactive) {
                err.println();
            }
        }
        open = false;
    }

    private String line(long done, long total, String note, double seconds, long since) {
        StringBuilder line = new StringBuilder(what);
        double rate = seconds > 0 ? since / seconds : 0;
        if (total > 0) {
            double part = Math.clamp((double) done / total, 0, 1);
            if (interactive) {
                int full = (int) Math.round(part * BAR);
                line.append(" ▕")
                        .append("█".repeat(full))
                        .append(" ".repeat(BAR - full))
                        .append('▏');
            }
            line.append(String.format(Locale.ROOT, " %3.0f%%  %d/%d", Math.floor(part * 100), done, total));
        } else {
            line.append(' ').append(done);
        }
        if (since > 0 && seconds > 0.2) {
            line.append(String.format(Locale.ROOT, rate >= 10 ? "  %.0f/s" : "  %.1f/s", rate));
            if (total > done) {
                line.append("  ").append(clock((total - done) / rate)).append(" left");
            } else {
                line.append("  in ").append(clock(seconds));
            }
        }
        return note.isEmpty() ? line.toString() : line.append("  ").append(note).toString();
    }

    /** {@code 7 s}, {@code 3:07}, {@code 1:02:09}. */
    static String clock(double seconds) {
        long whole = Math.round(Math.min(seconds, 359_999));
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    /** Ends the line under way, so that what is printed next begins its own. */
    @Override
    public synchronized void close() {
        finishPiece();
    }
}
