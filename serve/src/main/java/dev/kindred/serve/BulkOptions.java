package dev.kindred.serve;

import com.linecorp.armeria.common.QueryParams;
import dev.kindred.index.Visibility;

/**
 * How a bulk load is to be done, as its address says.
 *
 * @param strict whether the first line that fails ends it
 * @param from lines that are passed over
 * @param until how far it has come when its totals are told
 * @param failuresOnly whether nothing is told of lines that went well
 */
record BulkOptions(boolean strict, long from, Visibility until, boolean failuresOnly) {
    static BulkOptions of(QueryParams query) {
        return new BulkOptions(
                flag(query, "strict"), from(query.get("from", "0")), Putting.until(query), report(query));
    }

    private static boolean flag(QueryParams query, String name) {
        return switch (query.get(name, "false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Problem.badRequest("true or false is wanted", name, "");
        };
    }

    private static boolean report(QueryParams query) {
        return switch (query.get("report", "lines")) {
            case "lines" -> false;
            case "failures" -> true;
            default -> throw Problem.badRequest("there is no such report", "report", "say lines or failures");
        };
    }

    private static long from(String text) {
        if (!text.matches("[0-9]{1,15}")) {
            throw Problem.badRequest("a count of lines is wanted", "from", "say up to which line all is there");
        }
        return Long.parseLong(text);
    }
}
