package dev.kindred.cli;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a thrown thing means to the person who called. */
final class Ending {
    private Ending() {}

    /** Bad input: a refusal wherever in the chain of causes, or a file or disk that will not do. */
    static Optional<Refusal> refusal(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case Refusal refusal -> {
                    return Optional.of(refusal);
                }
                case NoSuchFileException missing -> {
                    return Optional.of(new Refusal(
                            "no such file", String.valueOf(missing.getFile()), "name an existing one", missing));
                }
                case AccessDeniedException denied -> {
                    return Optional.of(new Refusal(
                            "no permission", String.valueOf(denied.getFile()), "choose another place", denied));
                }
                case IOException io
                when noRoom(io) -> {
                    String where = io instanceof FileSystemException file ? String.valueOf(file.getFile()) : "";
                    return Optional.of(new Refusal(
                            "there is no room left to write (" + reason(io) + ")",
                            where,
                            "free some space or choose another place",
                            io));
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    private static boolean noRoom(IOException e) {
        String reason = reason(e).toLowerCase(Locale.ROOT);
        return reason.contains("no space left")
                || reason.contains("file too large")
                || reason.contains("quota exceeded")
                || reason.contains("read-only file system");
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : String.valueOf(e.getMessage());
    }

    /** Whether the work was given up because it was asked to. */
    static boolean stopped(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof StopSignal.Stopped) {
                return true;
            }
        }
        return false;
    }

    /** A fault in a few words. */
    static String describe(Throwable thrown) {
        Throwable told = thrown instanceof UncheckedIOException unchecked && unchecked.getCause() != null
                ? unchecked.getCause()
                : thrown;
        String words = told.getMessage();
        return told.getClass().getSimpleName()
                + (words == null ? "" : " (" + words.lines().findFirst().orElse("") + ")");
    }

    /** Keeps the stack trace in a file under {@code home/runs}, or the temporary folder where that cannot be written. */
    static String record(Throwable thrown, Path home, String command, List<String> arguments) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text);
        writer.println("kindred " + Version.current() + " " + command);
        writer.println("arguments " + arguments);
        writer.println("java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch"));
        thrown.printStackTrace(writer);
        writer.flush();
        String name = "crash-" + Instant.now().toString().replace(':', '-') + "-"
                + ProcessHandle.current().pid() + ".txt";
        for (Path folder : List.of(home.resolve("runs"), Path.of(System.getProperty("java.io.tmpdir")))) {
            try {
                Files.createDirectories(folder);
                return Files.writeString(folder.resolve(name), text.toString()).toString();
            } catch (IOException e) {
                // The next place will do.
            }
        }
        return "(no place could be written for the log)";
    }
}
