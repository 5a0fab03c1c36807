package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Is an index whole? */
@CommandLine.Command(
        description = "Read an index again from end to end: exit code 1 where something is wrong with it.",
        footer = {"", "Example:", "  kindred index check holiday.index"})
final class IndexCheckCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.open(run)) {
            folder.giver(index);
            List<Finding> findings = index.check();
            JsonArray listed = new JsonArray();
            for (Finding finding : findings) {
                JsonObject json = new JsonObject();
                json.addProperty("where", finding.where());
                json.addProperty("message", finding.what());
                json.addProperty("hint", finding.hint());
                listed.add(json);
            }
            JsonObject json = new JsonObject();
            json.addProperty("sound", findings.isEmpty());
            json.addProperty("count", index.info().count());
            json.add("findings", listed);
            String text = findings.isEmpty()
                    ? dir + " is sound: every byte of " + index.info().count() + " items was read"
                    : findings.stream()
                            .map(finding -> finding.where() + ": " + finding.what() + "; " + finding.hint())
                            .collect(Collectors.joining("\n"));
            return new Answer(json, text, findings.isEmpty());
        }
    }
}
