package dev.kindred.index;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import java.util.List;

/**
 * What was saved of damaged items, and what was not.
 *
 * @param read items that were read whole
 * @param fromView ids of items that the view alone still had: without their sources and, under cosine, with vectors of unit length
 * @param older ids of items as they were before their last write, or may have been: the view alone vouches for them, and is behind
 * @param lost ids that are known of items that stand nowhere any more; where the list of what was deleted is damaged too, one of them may
 *     have been deleted
 * @param notCopied names of files beside the items that cannot be read
 * @param sequence the last number that the items have
 * @param viewSequence the number up to which the view holds writes; 0 where none could be read
 * @param logDamaged whether writes in the write-ahead log lie behind damage: some of them may be lost whose ids nothing names
 * @param unnamed whether items may be lost whose ids nothing names: neither the items' own tree, nor the index of ids, nor the view is whole
 */
public record Rescued(
        Space space,
        long read,
        List<String> fromView,
        List<String> older,
        List<String> lost,
        List<String> notCopied,
        long sequence,
        long viewSequence,
        boolean logDamaged,
        boolean unnamed) {
    /** The file, beside the new items, that lists all of it. */
    public static final String FILE = "rescued.json";

    private static final int FORMAT = 1;

    public Rescued {
        fromView = List.copyOf(fromView);
        older = List.copyOf(older);
        lost = List.copyOf(lost);
        notCopied = List.copyOf(notCopied);
    }

    /** Whether every item is there as it was last written, but for sources of those from the view, and the files beside them. */
    public boolean isWhole() {
        return lost.isEmpty() && older.isEmpty() && notCopied.isEmpty() && !logDamaged && !unnamed;
    }

    /** Items that were saved. */
    public long count() {
        return read + fromView.size() + older.size();
    }

    /** What to know of items from the view. */
    public String note() {
        return "items from the view have no source"
                + (space.distance() == Distance.COSINE
                        ? ", and vectors of unit length: the same direction, so the same scores"
                        : "");
    }

    /** @param most ids of each list; their numbers are given in full */
    public JsonObject json(int most) {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("space", space.id());
        json.addProperty("whole", isWhole());
        json.addProperty("count", count());
        json.addProperty("read", read);
        json.addProperty("fromView", fromView.size());
        json.addProperty("older", older.size());
        json.addProperty("lost", lost.size());
        json.addProperty("sequence", sequence);
        json.addProperty("viewSequence", viewSequence);
        json.addProperty("logDamaged", logDamaged);
        json.addProperty("someMayBeLostUnnamed", unnamed);
        if (!fromView.isEmpty() || !older.isEmpty()) {
            json.addProperty("note", note());
        }
        json.add("notCopied", ids(notCopied, Integer.MAX_VALUE));
        json.add("fromViewIds", ids(fromView, most));
        json.add("olderIds", ids(older, most));
        json.add("lostIds", ids(lost, most));
        return json;
    }

    private static JsonArray ids(List<String> ids, int most) {
        JsonArray json = new JsonArray();
        ids.stream().limit(most).forEach(json::add);
        return json;
    }
}
