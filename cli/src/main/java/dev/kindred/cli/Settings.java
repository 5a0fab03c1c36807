package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@link Setting#ALL} come to: flag over environment over file over default, each with where it comes from. */
final class Settings {
    private static final String DEFAULT = "default";
    private static final String HIDDEN = "(hidden)";

    private final Map<Setting<?>, Settled> all;

    /** @param from the flag, the variable, or file and line */
    private record Settled(String text, String from) {}

    private Settings(Map<Setting<?>, Settled> all) {
        this.all = Map.copyOf(all);
    }

    /**
     * Settles what the options left open, and reads all of it once: what is written wrongly is refused before anything begins.
     *
     * @param stated what the command's own flags say
     */
    static Settings settle(CommonOptions flags, Map<Setting<?>, String> stated, Map<String, String> environment) {
        Map<Setting<?>, String> own = new HashMap<>(stated);
        if (flags.home != null) {
            own.put(Setting.HOME, flags.home.toString());
        }
        if (flags.threads != null) {
            own.put(Setting.THREADS, flags.threads.toString());
        }
        Map<Setting<?>, SettingsFile.Written> file = file(flags, environment);
        Map<Setting<?>, Settled> all = new HashMap<>();
        for (Setting<?> setting : Setting.ALL) {
            Settled settled = settle(setting, own.get(setting), environment, file.get(setting));
            if (settled != null) {
                setting.kind().read(settled.text(), settled.from());
                all.put(setting, settled);
            }
        }
        return new Settings(all);
    }

    private static Map<Setting<?>, SettingsFile.Written> file(CommonOptions flags, Map<String, String> environment) {
        String variable = environment.getOrDefault("KINDRED_CONFIG", "");
        Path named = flags.config != null ? flags.config : variable.isEmpty() ? null : Path.of(variable);
        if (named != null) {
            return SettingsFile.read(named);
        }
        Path here = Path.of("kindred.yaml");
        return Files.isRegularFile(here) ? SettingsFile.read(here) : Map.of();
    }

    private static @Nullable Settled settle(
            Setting<?> setting,
            @Nullable String flag,
            Map<String, String> environment,
            SettingsFile.@Nullable Written file) {
        String variable = Variables.said(setting, environment);
        String otherwise = setting.otherwise();
        if (flag != null) {
            return new Settled(flag, setting.flag());
        } else if (!variable.isEmpty()) {
            return new Settled(variable, setting.variable());
        } else if (file != null) {
            return new Settled(file.text(), file.where());
        } else if (otherwise != null) {
            return new Settled(otherwise, DEFAULT);
        }
        return null;
    }

    /** Empty for what nobody said and has no default. */
    <T> Optional<T> find(Setting<T> setting) {
        Settled settled = all.get(setting);
        return settled == null ? Optional.empty() : Optional.of(setting.kind().read(settled.text(), settled.from()));
    }

    /** Of a setting that has a default. */
    <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new IllegalStateException(setting.name() + " has no default"));
    }

    /** Where Kindred keeps its things; absolute. */
    Path home() {
        Path home = get(Setting.HOME);
        Path expanded = home.startsWith("~")
                ? Path.of(System.getProperty("user.home")).resolve(Path.of("~").relativize(home))
                : home;
        return expanded.toAbsolutePath().normalize();
    }

    /** The port that was stated, or null: then the default moves on when busy. */
    @Nullable
    Integer port() {
        return find(Setting.PORT).orElse(null);
    }

    /** At least 1. */
    int threads() {
        return get(Setting.THREADS);
    }

    /** Whether somebody said it, not the default. */
    boolean isStated(Setting<?> setting) {
        Settled settled = all.get(setting);
        return settled != null && !settled.from().equals(DEFAULT);
    }

    /** Where a setting comes from, for messages. */
    String from(Setting<?> setting) {
        Settled settled = all.get(setting);
        return settled == null ? DEFAULT : settled.from();
    }

    /** {@code {"server.port": {"value": "8080", "from": "--port"}}}; secrets hidden, what is unset left out. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        for (Setting<?> setting : Setting.ALL) {
            Settled settled = all.get(setting);
            if (settled != null) {
                JsonObject each = new JsonObject();
                each.addProperty("value", shown(setting, settled));
                each.addProperty("from", settled.from());
                json.add(setting.name(), each);
            }
        }
        return json;
    }

    /** As a {@code kindred.yaml} that says the same, with where each comes from; secrets hidden, what is unset in comments. */
    String yaml() {
        StringBuilder text = new StringBuilder();
        String[] open = {};
        for (Setting<?> setting : Setting.ALL) {
            String[] parts = setting.name().split("\\.");
            for (int depth = 0; depth < parts.length - 1; depth++) {
                if (!same(open, parts, depth)) {
                    text.append("  ".repeat(depth)).append(parts[depth]).append(":\n");
                }
            }
            open = parts;
            Settled settled = all.get(setting);
            String indent = "  ".repeat(parts.length - 1);
            String line = settled == null
                    ? (indent + "# " + setting.key() + ": " + setting.unstated()).stripTrailing()
                    : indent + setting.key() + ": " + quoted(setting, shown(setting, settled));
            text.append(line);
            if (settled != null) {
                text.append(" ".repeat(Math.max(2, 44 - line.length())))
                        .append("# ")
                        .append(settled.from());
            }
            text.append('\n');
        }
        return text.toString().stripTrailing();
    }

    /** Whether two names go the same way down to a depth. */
    private static boolean same(String[] one, String[] other, int depth) {
        for (int i = 0; i <= depth; i++) {
            if (i >= one.length - 1 || !Objects.equals(one[i], other[i])) {
                return false;
            }
        }
        return true;
    }

    private static String quoted(Setting<?> setting, String value) {
        if (setting.kind() == Kind.TEXTS) {
            return "[" + value + "]";
        }
        return value.matches("[A-Za-z0-9_/~][A-Za-z0-9_./~-]*") ? value : "'" + value.replace("'", "''") + "'";
    }

    private static String shown(Setting<?> setting, Settled settled) {
        if (setting.secret()) {
            return HIDDEN;
        }
        return setting.kind() == Kind.ADDRESS ? withoutPassword(settled.text()) : settled.text();
    }

    private static String withoutPassword(String address) {
        String user = URI.create(address).getRawUserInfo();
        return user == null ? address : address.replace(user + "@", HIDDEN + "@");
    }

    /** A whole number within bounds, or a refusal that says where it stood. */
    static int number(String value, String where, int least, int most) {
        return Kind.whole(least, most).read(value, where);
    }

    /** @throws Refusal where only one of two that belong together is said */
    boolean together(Setting<?> one, Setting<?> other) {
        if (all.containsKey(one) != all.containsKey(other)) {
            Setting<?> missing = all.containsKey(one) ? other : one;
            Setting<?> said = missing == one ? other : one;
            throw new Refusal("stands alone", from(said), "say " + missing.name() + " too");
        }
        return all.containsKey(one);
    }
}
