package dev.kindred.serve.seen;

/** For people: one line a thing, of what they should look at alone. */
final class PlainLines implements LogForm {
    @Override
    public String of(LogEntry entry) {
        return switch (entry) {
            case LogEntry.Answered request -> "";
            case LogEntry.Fault fault ->
                "kindred: " + oneLine(fault.where()) + " failed: "
                        + oneLine(fault.cause().toString()) + "\n";
            case LogEntry.Note note -> note(note);
        };
    }

    private static String note(LogEntry.Note note) {
        if (note.level() == Log.Level.INFO) {
            return "";
        }
        Throwable cause = note.cause();
        return "kindred: " + oneLine(note.words()) + (cause == null ? "" : " (" + oneLine(cause.toString()) + ")")
                + "\n";
    }

    private static String oneLine(String words) {
        return words.replaceAll("\\p{Cntrl}+", " ");
    }
}
