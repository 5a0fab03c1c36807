package dev.kindred.serve.batch;

/** What one key has waiting in one lane. Guarded by the queue's lock. */
final class Flow {
    /** Whose. */
    record Id(String key, Lane lane) {}

    final Id id;
    /** Where the next of it starts, in the queue's own time. */
    long end;
    /** Of all that waits, in nanoseconds of computing. */
    long cost;
    /** Requests of which anything waits. */
    int orders;

    Flow(Id id) {
        this.id = id;
    }
}
