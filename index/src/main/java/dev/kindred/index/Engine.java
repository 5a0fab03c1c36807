package dev.kindred.index;

import dev.kindred.core.Refusal;

/** How the view of a generation finds what is near. */
public sealed interface Engine {
    /** What searches read first. */
    enum Codes {
        /** The rows themselves, four bytes a value. */
        FLOAT,
        /** A byte a value ({@link RowCodes}), then the rows of those that may be among the nearest, from the disk or its cache. */
        INT8
    }

    Codes codes();

    /** Every search reads all rows that pass: true neighbours, no time to build, time that grows with the rows. */
    record Exact(Codes codes) implements Engine {}

    /**
     * A hierarchical navigable small world (Malkov, Yashunin 2018), in segments of {@code from} rows or more.
     *
     * @param links neighbours that a node keeps on the upper levels, twice as many on the lowest; 2 to 256
     * @param beam candidates that are kept while a node is put in; 1 to 3,200
     * @param from rows below which a segment has no graph and is read whole, at least 1
     * @param codes what a walk compares
     */
    record Graph(int links, int beam, int from, Codes codes) implements Engine {
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

        public Graph(int links, int beam, int from) {
            this(links, beam, from, Codes.FLOAT);
        }
    }

    static Engine exact() {
        return new Exact(Codes.FLOAT);
    }

    /** A graph as most people want it. */
    static Engine graph() {
        return new Graph(16, 100, 8_192);
    }

    /** The same with other codes. */
    default Engine with(Codes chosen) {
        return switch (this) {
            case Exact e -> new Exact(chosen);
            case Graph(int links, int beam, int from, Codes c) -> new Graph(links, beam, from, chosen);
        };
    }

    /** As it is kept, e.g. {@code graph 16 100 8192 int8}. */
    default String text() {
        String codes = codes() == Codes.INT8 ? " int8" : "";
        return switch (this) {
            case Exact e -> "exact" + codes;
            case Graph(int links, int beam, int from, Codes c) -> "graph %d %d %d".formatted(links, beam, from) + codes;
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
        boolean coded = text.endsWith(" int8");
        Codes codes = coded ? Codes.INT8 : Codes.FLOAT;
        String[] words = (coded ? text.substring(0, text.length() - 5) : text).split(" ");
        try {
            if (words.length == 1 && words[0].equals("exact")) {
                return new Exact(codes);
            }
            if (words.length == 4 && words[0].equals("graph")) {
                return new Graph(
                        Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]), codes);
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new Refusal("an engine '" + text + "' is not known", "engine", "open it with a newer Kindred");
    }
}
