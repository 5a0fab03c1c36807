package dev.kindred.cli;

/** What a shell reads. */
final class ExitCode {
    /** Done. */
    static final int DONE = 0;
    /** Done, and the answer is no: different, collapsed, not sound. */
    static final int NO = 1;
    /** Bad input or usage. */
    static final int REFUSED = 2;
    /** A fault of Kindred's. */
    static final int FAULT = 3;
    /** Stopped by Ctrl-C, 128 + SIGINT. */
    static final int STOPPED = 130;

    private ExitCode() {}
}
