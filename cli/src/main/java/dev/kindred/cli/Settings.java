package dev.kindred.cli;

import dev.kindred.core.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Home, port and threads: flag over environment over file over default.
 *
 * @param home where Kindred keeps its things; absolute
 * @param port the port that was stated, or null: then the default moves on when busy
 * @param threads at least 1
 */
record Settings(Path home, @Nullable Integer port, int threads) {
    private static final int MOST_THREADS = 1024;

    /** Settles what the options left open. {@code port} is the flag's value, null where it was not given or there is none. */
    static Settings settle(CommonOptions flags, @Nullable Integer port, Map<String, String> environment) {
        SettingsFile file = SettingsFile.NONE;
        Path named = flags.config != null ? flags.config : environmentPath(environment, "KINDRED_CONFIG");
        if (named != null) {
            file = SettingsFile.read(named);
        } else if (Files.isRegularFile(Path.of("kindred.yaml"))) {
            file = SettingsFile.read(Path.of("kindred.yaml"));
        }
        Path home = first(flags.home, environmentPath(environment, "KINDRED_HOME"), file.home());
        Integer settledPort = first(
                port == null ? null : within(port, "--port", 0, 65535),
                environmentNumber(environment, "KINDRED_PORT", 0, 65535),
                file.port());
        Integer threads = first(
                flags.threads == null ? null : within(flags.threads, "--threads", 1, MOST_THREADS),
                environmentNumber(environment, "KINDRED_THREADS", 1, MOST_THREADS),
                file.threads());
        return new Settings(
                (home != null ? home : Path.of(System.getProperty("user.home"), ".kindred"))
                        .toAbsolutePath()
                        .normalize(),
                settledPort,
                threads != null ? threads : Runtime.getRuntime().availableProcessors());
    }

    private static <T> @Nullable T first(@Nullable T flag, @Nullable T environment, @Nullable T file) {
        return flag != null ? flag : environment != null ? environment : file;
    }

    private static @Nullable Path environmentPath(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : Path.of(value);
    }

    private static @Nullable Integer environmentNumber(
            Map<String, String> environment, String name, int least, int most) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : number(value, name, least, most);
    }

    /** A whole number within bounds, or a refusal that says where it stood. */
    static int number(String value, String where, int least, int most) {
        try {
            return within(Integer.parseInt(value.strip()), where, least, most);
        } catch (NumberFormatException e) {
            throw new Refusal(
                    "'" + value + "' is not a whole number", where, "write one from " + least + " to " + most);
        }
    }

    private static int within(int value, String where, int least, int most) {
        if (value < least || value > most) {
            throw new Refusal(value + " is out of range", where, "write a number from " + least + " to " + most);
        }
        return value;
    }
}
