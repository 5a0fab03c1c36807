package dev.kindred.index;

/** One change of an index. */
public sealed interface Change {
    /** The item it is about. */
    String id();

    /** Adds the item, or replaces the one of its id. */
    record Put(Item item) implements Change {
        @Override
        public String id() {
            return item.id();
        }
    }

    /** Takes the item away; no error where there is none. */
    record Delete(String id) implements Change {}
}
