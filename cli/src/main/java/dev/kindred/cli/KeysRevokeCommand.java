package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.Key;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.release.Usage;
import dev.kindred.serve.access.ApiKey;
import dev.kindred.serve.access.KeyRequest;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A key that opens nothing any more. */
@CommandLine.Command(
        description = "Revoke an API key: it opens nothing from now on, and what it has open is ended.",
        footer = {"", "Example:", "  kindred keys revoke 4kq0zp81xw"})
final class KeysRevokeCommand implements Command {
    @Parameters(index = "0", paramLabel = "ID", description = "The key's id, as kindred keys list shows it.")
    String id = "";

    @Option(names = "--force", description = "Also the last key that may make and revoke keys over HTTP.")
    boolean force;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        if (ApiKey.form(id) != ApiKey.Form.FOREIGN) {
            throw new Refusal("is a key, not its id", ApiKey.PREFIX + "…", "kindred keys list shows the ids");
        }
        Instant now = Instant.now();
        JsonObject detail = new JsonObject();
        detail.addProperty("key", id);
        Key revoked;
        boolean left;
        try (Registry registry = Registry.open(run.home())) {
            Keys keys = new Keys(registry);
            revoked = keys.revoke(id, force, now, AuditEntry.local(now.toEpochMilli(), "keys.revoke", detail));
            left = keys.all().stream().anyMatch(key -> key.revoked() == null);
        }
        return Answer.done(
                KeyRequest.json(revoked, Usage.Count.NONE),
                "key " + revoked.id() + " (" + revoked.name() + ") is revoked; servers that run know it at once"
                        + (left
                                ? ""
                                : "\nno key is left, and none is answered without: kindred keys add makes another"));
    }
}
