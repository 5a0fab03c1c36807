package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.index.Finding;
import java.util.List;

/** What was looked for and found to be wrong, as every command tells it. */
final class Findings {
    private Findings() {}

    /** {@code where: what; hint}. */
    static String line(Finding finding) {
        return finding.where() + ": " + finding.what() + "; " + finding.hint();
    }

    /** Says {@code sound}, and {@code findings} with {@code where}, {@code message} and {@code hint} each. */
    static void tell(List<Finding> findings, JsonObject json) {
        JsonArray listed = new JsonArray();
        for (Finding finding : findings) {
            JsonObject each = new JsonObject();
            each.addProperty("where", finding.where());
            each.addProperty("message", finding.what());
            each.addProperty("hint", finding.hint());
            listed.add(each);
        }
        json.addProperty("sound", findings.isEmpty());
        json.add("findings", listed);
    }
}
