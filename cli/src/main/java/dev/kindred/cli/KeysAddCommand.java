package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.release.Usage;
import dev.kindred.serve.access.KeyRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A new key, shown once. */
@CommandLine.Command(
        description = "Make an API key, shown this once; from then on a server asks for one.",
        footer = {
            "",
            "reader: embed, verify, search, look, give feedback. writer: also put and delete items. operator: also",
            "settings, metrics, feedback of all. admin: also collections, keys, the audit log.",
            "",
            "Examples:",
            "  kindred keys add me --role admin",
            "  kindred keys add shop --role reader --collection photos --expires 90d --limit requests=20/s"
        })
final class KeysAddCommand implements Command {
    @Parameters(index = "0", paramLabel = "NAME", description = "What it is for, in words of your own.")
    String name = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            required = true,
            description = "What it may do: reader, writer, operator or admin; each also what those before it may.")
    String role = "";

    @Option(
            names = "--collection",
            paramLabel = "C",
            description = "Where it may do so; several times for several. Default: in all collections.")
    List<String> collections = new ArrayList<>();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            description = "When it ends by itself: 90d, 12h or a day such as 2027-12-31. Default: never.")
    @Nullable
    String expires;

    @Option(
            names = "--limit",
            paramLabel = "L",
            description = "How much it may ask: requests=10/s, inputs=600/min, requests=100000/day; several times for"
                    + " several. Default: as much as the server can.")
    List<String> limits = new ArrayList<>();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        Instant now = Instant.now();
        KeyRequest.Made made = new KeyRequest(name, role, collections, expires, limits).make(now);
        boolean first;
        try (Registry registry = Registry.open(run.home())) {
            Keys keys = new Keys(registry);
            first = keys.all().stream().noneMatch(key -> key.revoked() == null);
            keys.add(made.key(), AuditEntry.local(now.toEpochMilli(), "keys.add", KeyRequest.audited(made.key())));
        }
        JsonObject json = KeyRequest.json(made.key(), Usage.Count.NONE);
        json.addProperty("key", made.secret().reveal());
        String text = made.secret().reveal() + "\n\nThat is key " + made.key().id() + ", " + Words.roles(made.key())
                + ". It is shown this once: keep it where secrets are kept."
                + (first ? "\nFrom now on every server of this home asks for a key." : "");
        return Answer.done(json, text);
    }
}
