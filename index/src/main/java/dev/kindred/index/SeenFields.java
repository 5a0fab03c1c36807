package dev.kindred.index;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The fields of payloads that are shown to it one by one. For one thread. */
final class SeenFields implements PayloadFields {
    private final Set<String> asked;
    private final Map<String, Set<FieldKind>> seen = new TreeMap<>();
    private boolean empty = true;

    /** @param asked the fields that will be asked for; of others {@value #MOST_NAMED} are kept */
    SeenFields(Set<String> asked) {
        this.asked = asked;
    }

    void see(Map<String, Value> payload) {
        empty = false;
        payload.forEach((name, value) -> {
            Set<FieldKind> kinds = seen.get(name);
            if (kinds == null && (seen.size() < MOST_NAMED || asked.contains(name))) {
                kinds = EnumSet.noneOf(FieldKind.class);
                seen.put(name, kinds);
            }
            if (kinds != null) {
                kinds.add(FieldKind.of(value));
            }
        });
    }

    @Override
    public boolean isEmpty() {
        return empty;
    }

    @Override
    public boolean has(String field, Set<FieldKind> oneOf) {
        return seen.getOrDefault(field, Set.of()).stream().anyMatch(oneOf::contains);
    }

    @Override
    public Map<String, Set<FieldKind>> named() {
        return seen;
    }
}
