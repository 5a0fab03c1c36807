package dev.kindred.cli;

import dev.kindred.core.Nearest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The environment's part in the settings. */
final class Variables {
    /** What Kubernetes puts into each container of a namespace that has a service called kindred, or kindred-something. */
    private static final String OF_KUBERNETES =
            "KINDRED_(.*_)?(SERVICE_(HOST|PORT(_.*)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_.*)?)";

    private static final String ADDRESS_OF_KUBERNETES = "(tcp|udp|sctp)://.*";

    private Variables() {}

    /** What a variable says of a setting; empty where it says nothing. */
    static String said(Setting<?> setting, Map<String, String> environment) {
        String text = environment.getOrDefault(setting.variable(), "");
        return isOfKubernetes(setting.variable(), text) ? "" : text;
    }

    /** {@code KINDRED_PORT=tcp://10.0.0.1:8317} is not what anybody wrote. */
    private static boolean isOfKubernetes(String name, String text) {
        return name.matches(OF_KUBERNETES) || name.endsWith("_PORT") && text.matches(ADDRESS_OF_KUBERNETES);
    }

    /** A line for each variable that no setting hears and that was probably meant to be one. */
    static List<String> mistyped(Map<String, String> environment) {
        Map<String, String> right =
                new HashMap<>(Map.of("KINDRED_CONFIG", "KINDRED_CONFIG", "KINDRED_KEY", "KINDRED_KEY"));
        for (Setting<?> setting : Setting.ALL) {
            right.put(setting.variable(), setting.variable());
            right.put(
                    "KINDRED_" + setting.name().replace('.', '_').toUpperCase(java.util.Locale.ROOT),
                    setting.variable());
        }
        Set<String> heard = new HashSet<>(right.values());
        List<String> lines = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith("KINDRED_")
                    && !heard.contains(name)
                    && !isOfKubernetes(name, environment.getOrDefault(name, ""))) {
                Nearest.to(name, right.keySet())
                        .ifPresent(near -> lines.add(
                                "the variable " + name + " says nothing here; did you mean " + right.get(near) + "?"));
            }
        }
        return lines;
    }
}
