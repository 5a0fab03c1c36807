package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.release.AuditLog;
import dev.kindred.release.Registry;
import dev.kindred.serve.access.Moments;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The audit log of a home. */
@CommandLine.Command(
        description = "Show who changed what, and in sensitive collections who searched; or check that log.",
        footer = {
            "",
            "Each row's hash covers the row before. --check reads them all: exit code 1 where one was changed, taken",
            "out or put in. It prints the last hash: kept elsewhere, it shows that a later log still begins as this"
                    + " one.",
            "",
            "Examples:",
            "  kindred audit --since 7d",
            "  kindred audit --check"
        })
final class AuditCommand implements Command {
    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description = "From then on: 7d, 12h or a day such as 2026-12-31. Default: from the beginning.")
    String since = "";

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "At most so many rows, the newest. Default: ${DEFAULT-VALUE}.")
    int most = 1000;

    @Option(names = "--check", description = "Read the whole chain instead: exit code 1 where it is broken.")
    boolean check;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        Instant from = Moments.since(since, Instant.now());
        try (Registry registry = Registry.open(run.home())) {
            AuditLog log = new AuditLog(registry);
            return check ? checked(log.check()) : shown(log, from);
        }
    }

    private static Answer checked(AuditLog.Checked checked) {
        return new Answer(
                checked.json(),
                checked.wrong()
                        .map(wrong -> "the chain is broken at row " + wrong.sequence() + ": " + wrong.what() + "; the "
                                + checked.rows() + " rows before it are as they were written")
                        .orElse("all " + checked.rows() + " rows are as they were written; the last hash is "
                                + checked.head()),
                checked.wrong().isEmpty());
    }

    private Answer shown(AuditLog log, Instant from) {
        List<AuditLog.Row> rows =
                log.newest(from.toEpochMilli(), Settings.number(Integer.toString(most), "--most", 1, 1_000_000));
        JsonArray all = new JsonArray();
        StringBuilder text = new StringBuilder();
        for (AuditLog.Row row : rows) {
            all.add(row.json());
            text.append(Words.line(String.format(
                            Locale.ROOT,
                            "%6d  %s  %s (%s)  %s%s  %s",
                            row.sequence(),
                            Instant.ofEpochMilli(row.entry().at()).truncatedTo(ChronoUnit.SECONDS),
                            row.entry().name(),
                            row.entry().key(),
                            row.entry().action(),
                            row.entry().collection().isEmpty()
                                    ? ""
                                    : " in " + row.entry().collection(),
                            row.entry().detail())))
                    .append('\n');
        }
        JsonObject json = new JsonObject();
        json.add("rows", all);
        return Answer.done(
                json,
                rows.isEmpty() ? "nothing is written there" : text.toString().stripTrailing());
    }
}
