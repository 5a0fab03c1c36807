package dev.kindred.cli;

import dev.kindred.core.Nearest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The environment's part in the settings. */
final class Variables {
    private static final String PREFIX = "KINDRED_";
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
        // Without what all begin with, which would make any short name near any other.
        Map<String, String> right = new HashMap<>(Map.of("CONFIG", PREFIX + "CONFIG", "KEY", PREFIX + "KEY"));
        for (Setting<?> setting : Setting.ALL) {
            right.put(setting.variable().substring(PREFIX.length()), setting.variable());
            right.put(setting.name().replace('.', '_').toUpperCase(Locale.ROOT), setting.variable());
        }
        Set<String> heard = new HashSet<>(right.values());
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, String> each : new TreeMap<>(environment).entrySet()) {
            String name = each.getKey();
            if (name.startsWith(PREFIX) && !heard.contains(name) && !isOfKubernetes(name, each.getValue())) {
                Nearest.to(name.substring(PREFIX.length()), right.keySet())
                        .ifPresent(near -> lines.add(
                                "the variable " + name + " says nothing here; did you mean " + right.get(near) + "?"));
            }
        }
        return lines;
    }
}
