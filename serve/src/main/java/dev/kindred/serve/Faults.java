package dev.kindred.serve;

/** Where the faults of a running server are told: its answers give no more of them than the request's id. */
@FunctionalInterface
public interface Faults {
    /**
     * Called once a fault, on any thread.
     *
     * @param request the id that the answer carries
     * @param route the pattern of the address, not the address itself
     */
    void tell(String request, String route, Throwable cause);
}
