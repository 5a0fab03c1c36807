package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Finding;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Is everything well here? */
@CommandLine.Command(
        description = "Check this machine, the home and, if named, a bundle or an index: exit code 1 with findings.",
        footer = {"", "Example:", "  kindred doctor photos.kindred"})
final class DoctorCommand implements Command {
    private static final long LITTLE_ROOM = 1L << 30;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE|DIR",
            description = "A bundle or an index folder to check too.")
    @Nullable
    Path patient;

    @Mixin
    CommonOptions common = new CommonOptions();

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) throws IOException {
        machine(run);
        home(run.home());
        if (patient == null) {
            collection(run);
        } else if (Files.isDirectory(patient)) {
            index(patient, run);
        } else {
            bundle(patient, run);
        }
        return answer();
    }

    private void machine(Run run) {
        facts.put("kindred", Version.current());
        facts.put("java", Runtime.version() + " at " + System.getProperty("java.home"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put(
                "threads",
                run.settings().threads() + " of " + Runtime.getRuntime().availableProcessors() + " cores");
        facts.put("memory", Words.bytes(Runtime.getRuntime().maxMemory()) + " for the heap");
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        facts.put("vectors", vectors ? "jdk.incubator.vector is there" : "missing");
        if (!vectors) {
            findings.add(new Finding("java", "runs without the vector module", "start Kindred by its launcher"));
        }
        if (Runtime.version().feature() != 25) {
            findings.add(new Finding("java", "is not version 25", "set JAVA_HOME to a JDK 25"));
        }
    }

    private void home(Path home) throws IOException {
        Path standing = home;
        while (!Files.exists(standing) && standing.getParent() != null) {
            standing = standing.getParent();
        }
        FileStore disk = Files.getFileStore(standing);
        facts.put(
                "home",
                home + (Files.exists(home) ? "" : " (not made yet)") + ", " + Words.bytes(disk.getUsableSpace())
                        + " free");
        if (!Files.isDirectory(standing) || !Files.isWritable(standing)) {
            findings.add(
                    new Finding(home.toString(), "cannot be written", "give it permission or name another by --home"));
        } else if (disk.getUsableSpace() < LITTLE_ROOM) {
            findings.add(new Finding(home.toString(), "has less than 1 GiB free", "free some space"));
        }
    }

    private void collection(Run run) {
        try {
            new Generations(run.home(), "default").live().ifPresent(folder -> index(folder, run));
        } catch (Refusal refusal) {
            findings.add(new Finding(refusal.where(), refusal.what(), refusal.hint()));
        }
    }

    /** A damaged index that was named is bad input and thrown; what a full reading finds is a finding. */
    private void index(Path folder, Run run) {
        IndexFolder opened = new IndexFolder(folder);
        try (EmbeddedIndex index = opened.openQuietly(run)) {
            opened.giver(index);
            findings.addAll(index.check());
            facts.put(
                    "index",
                    folder + ", " + index.info().count() + " items in space "
                            + index.info().space().shortId());
        }
    }

    private void bundle(Path file, Run run) {
        Bundle bundle = Bundle.open(file);
        Natives.forEncoding(run.home());
        for (EncoderParts parts : bundle.encoders()) {
            bundle.encoder(parts.name(), run.settings().threads()).close();
        }
        bundle.comparator(run.settings().threads()).ifPresent(LearnedDistance::close);
        facts.put(
                "bundle",
                bundle.id() + ", its probes agree here, space " + bundle.space().shortId());
        if (bundle.decision().isEmpty()) {
            findings.add(new Finding(
                    file.toString(), "has no thresholds, so verify cannot answer", "train it with validation classes"));
        }
    }

    private Answer answer() {
        JsonObject told = new JsonObject();
        facts.forEach(told::addProperty);
        StringBuilder text = new StringBuilder();
        facts.forEach((name, value) -> text.append(name)
                .append(" ".repeat(Math.max(1, 10 - name.length())))
                .append(value)
                .append('\n'));
        for (Finding finding : findings) {
            text.append("! ").append(Findings.line(finding)).append('\n');
        }
        JsonObject json = new JsonObject();
        Findings.tell(findings, json);
        json.add("facts", told);
        text.append(findings.isEmpty() ? "all is well" : findings.size() + " to look at");
        return new Answer(json, text.toString(), findings.isEmpty());
    }
}
