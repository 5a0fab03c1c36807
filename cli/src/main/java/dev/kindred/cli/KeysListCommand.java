package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.release.Key;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.release.Usage;
import dev.kindred.serve.access.KeyRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** The keys there are. */
@CommandLine.Command(
        description = "List the API keys of this home, what they may do and what they used today.",
        footer = {"", "Example:", "  kindred keys list"})
final class KeysListCommand implements Command {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        Instant now = Instant.now();
        List<Key> keys;
        Map<String, Usage.Count> today;
        try (Registry registry = Registry.open(run.home())) {
            keys = new Keys(registry).all();
            today = new Usage(registry)
                    .of(now.atOffset(ZoneOffset.UTC).toLocalDate().toEpochDay());
        }
        JsonArray all = new JsonArray();
        StringBuilder text = new StringBuilder();
        for (Key key : keys) {
            Usage.Count used = today.getOrDefault(key.id(), Usage.Count.NONE);
            all.add(KeyRequest.json(key, used));
            text.append(String.format(
                            Locale.ROOT,
                            "%s  %-20s  %s%s; %,d requests today%s",
                            key.id(),
                            key.name(),
                            Words.roles(key),
                            key.limits().isEmpty() ? "" : ", " + String.join(", ", key.limits()),
                            used.requests(),
                            state(key, now)))
                    .append('\n');
        }
        JsonObject json = new JsonObject();
        json.add("keys", all);
        return Answer.done(
                json,
                keys.isEmpty()
                        ? "There are no keys: a server listens to this machine alone. kindred keys add makes one."
                        : text.toString().stripTrailing());
    }

    private static String state(Key key, Instant now) {
        Instant revoked = key.revoked();
        if (revoked != null) {
            return "; revoked " + day(revoked);
        }
        Instant expires = key.expires();
        return expires == null ? "" : (key.holds(now) ? "; until " : "; expired ") + day(expires);
    }

    private static String day(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }
}
