package dev.kindred.core;

/** Where long work says how far it is. Called from any thread, often; an implementation decides what is worth showing. */
@FunctionalInterface
public interface Progress {

    /** Says nothing. */
    Progress SILENT = (what, done, total, note) -> {};

    /**
     * @param what the work, e.g. {@code reading} or {@code teaching}
     * @param done units finished
     * @param total units in all, or 0 where that is not known yet
     * @param note figures of the moment, or empty
     */
    void at(String what, long done, long total, String note);
}
