package dev.kindred.index;

import dev.kindred.core.Refusal;

/** How the view of a generation finds what is near. */
public sealed interface Engine {
    /** Every search reads all rows that pass: true neighbours, no time to build, time that grows with the rows. */
    record Exact() implements Engine {}

    /**
     * A hierarchical navigable small world (Malkov, Yashunin 2018), in segments of {@code from} rows or more.
     *
     * @param links neighbours that a node keeps on the upper levels, twice as many on the lowest; 2 to 256
     * @param beam candidates that are kept while a node is put in; 1 to 3,200
     * @param from rows below which a segment has no graph and is read whole, at least 1
     */
    record Graph(int links, int beam, int from) implements Engine {
        public Graph {
            if (links < 2 || links > 256) {
                throw new Refusal("a graph of " + links + " links a node", "links", "use 2 to 256, e.g. 16");
            }
            if (beam < 1 || beam > 3_200) {
                throw new Refusal("a graph built with a beam of " + beam, "beam", "use 1 to 3,200, e.g. 100");
            }
            if (from < 1) {
                throw new Refusal("a graph from " + from + " rows on", "from", "use 1 or more");
            }
        }
    }

    static Engine exact() {
        return new Exact();
    }

    /** A graph as most people want it. */
    static Engine graph() {
        return new Graph(16, 100, 8_192);
    }

    /** As it is kept, e.g. {@code graph 16 100 8192}. */
    default String text() {
        return switch (this) {
            case Exact e -> "exact";
            case Graph(int links, int beam, int from) -> "graph %d %d %d".formatted(links, beam, from);
        };
    }

    /** The name people choose it by. */
    default String kind() {
        return switch (this) {
            case Exact e -> "exact";
            case Graph g -> "graph";
        };
    }

    /** @param text of {@link #text()} */
    static Engine ofText(String text) {
        String[] words = text.split(" ");
        try {
            if (words.length == 1 && words[0].equals("exact")) {
                return exact();
            }
            if (words.length == 4 && words[0].equals("graph")) {
                return new Graph(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new Refusal("an engine '" + text + "' is not known", "engine", "open it with a newer Kindred");
    }
}
