package dev.kindred.index;

import java.util.Map;
import java.util.Set;

/** Which fields the payloads of one moment's items have, and of which kinds; items that are gone do not count. */
interface PayloadFields {
    /** The most fields that are listed. */
    int MOST_NAMED = 1_000;

    /** Whether there is no item at all. */
    boolean isEmpty();

    /** Whether an item has the field with a value of one of these kinds. */
    boolean has(String field, Set<FieldKind> oneOf);

    /** Fields by name, {@value #MOST_NAMED} of them where there are more. Need not be quick. */
    Map<String, Set<FieldKind>> named();
}
