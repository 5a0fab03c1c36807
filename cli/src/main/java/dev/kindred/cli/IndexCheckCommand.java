package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Finding;
import dev.kindred.index.Generation;
import dev.kindred.index.GenerationFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Is an index whole? */
@CommandLine.Command(
        description = {
            "Read an index, a snapshot or an archive from end to end: exit code 1 where something is wrong.",
            "",
            "Snapshots and archives stay as they are. An index of --engine exact or graph is opened for it, which"
                    + " nobody else may have open meanwhile; of one that a server has, check a snapshot."
        },
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
        Natives.forIndex(run.home());
        JsonObject json = new JsonObject();
        if (GenerationFolder.isSnapshot(dir)) {
            return answer(GenerationFolder.check(dir), "every byte of the snapshot", json);
        }
        if (GenerationFolder.isArchive(dir)) {
            return answer(GenerationFolder.check(dir), "every byte of the archive", json);
        }
        EmbeddedIndex.require(dir);
        if (Generation.isIn(dir)) {
            // Who has it open is not what is wrong with it.
            EmbeddedIndex.hold(dir, "a check").close();
        }
        List<Finding> findings = new ArrayList<>();
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.openQuietly(run)) {
            findings.addAll(index.check());
            folder.giver(index);
            if (findings.isEmpty()) {
                json.addProperty("count", index.info().count());
            }
        } catch (Refusal e) {
            // What is so damaged that it cannot be opened is what was asked for.
            findings.add(new Finding(e.where(), e.what(), e.hint()));
        }
        return answer(findings, json.has("count") ? "every byte of " + json.get("count") + " items" : "", json);
    }

    private Answer answer(List<Finding> findings, String read, JsonObject json) {
        Findings.tell(findings, json);
        String text = findings.isEmpty()
                ? dir + " is sound: " + read + " was read"
                : findings.stream().map(Findings::line).collect(Collectors.joining("\n"));
        return new Answer(json, text, findings.isEmpty());
    }
}
