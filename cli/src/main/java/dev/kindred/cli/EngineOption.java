package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an index is to find what is near. */
final class EngineOption {
    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description = {
                "rows: one mapped file that many programs read at once, exact (the default). exact: a database of the"
                        + " items, which writes cost their own size, exact. graph: the same with a graph from some"
                        + " thousand items on, which finds nearly all of the nearest at a fraction of the time."
            })
    String engine = "rows";

    @Option(
            names = "--links",
            paramLabel = "M",
            description = "Links of a node of the graph; more find more and take more memory. Default: 16.")
    @Nullable
    Integer links;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description = "Candidates kept while the graph is built; more find more and take longer. Default: 100.")
    @Nullable
    Integer beam;

    @Option(
            names = "--codes",
            paramLabel = "CODES",
            description = {
                "What searches read first, of exact and graph. float: the rows themselves (the default). int8: a byte a"
                        + " value in memory, then the rows of those that may be among the nearest from the disk; scores"
                        + " and, where all is read, answers are the same, in about a third of the memory."
            })
    @Nullable
    String codes;

    @Option(
            names = "--merge-share",
            paramLabel = "S",
            description = "Of exact and graph: the share of the threads' cores, 0.01 to 1, that merging in the"
                    + " background may take while the index is written to. Building itself takes all. Default: 0.5.")
    @Nullable
    Double mergeShare;

    double mergeShare() {
        return mergeShare == null ? Generation.USUAL_MERGE_SHARE : mergeShare;
    }

    /** Null for the rows file. */
    @Nullable
    Engine chosen() {
        if (mergeShare != null && engine.equals("rows")) {
            throw new Refusal("--merge-share is of an index that merges", "--engine rows", "say --engine graph");
        }
        if (mergeShare != null && !(mergeShare >= 0.01 && mergeShare <= 1)) {
            throw new Refusal(mergeShare + " is out of range", "--merge-share", "write a number from 0.01 to 1");
        }
        Engine found = engine();
        if (codes == null) {
            return found;
        }
        if (found == null) {
            throw new Refusal("--codes is of exact and graph", "--engine rows", "say --engine exact or graph");
        }
        return switch (codes) {
            case "float" -> found.with(Engine.Codes.FLOAT);
            case "int8" -> found.with(Engine.Codes.INT8);
            default -> throw new Refusal("there are no codes '" + codes + "'", "--codes", "use float or int8");
        };
    }

    private @Nullable Engine engine() {
        if (!engine.equals("graph") && (links != null || beam != null)) {
            throw new Refusal(
                    (links != null ? "--links" : "--beam") + " is of a graph",
                    "--engine " + engine,
                    "say --engine graph");
        }
        Engine.Graph usual = (Engine.Graph) Engine.graph();
        return switch (engine) {
            case "rows" -> null;
            case "exact" -> Engine.exact();
            case "graph" ->
                new Engine.Graph(
                        links == null ? usual.links() : links, beam == null ? usual.beam() : beam, usual.from());
            default -> throw new Refusal("there is no engine '" + engine + "'", "--engine", "use rows, exact or graph");
        };
    }
}
