package dev.kindred.release;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Fields;
import dev.kindred.index.Effort;
import java.nio.charset.StandardCharsets;

/**
 * What is settled of a collection beside what it holds.
 *
 * @param bundle the id of the bundle it was made with; empty where that is not known, or its vectors are made elsewhere
 * @param keepSources whether pictures and texts that items are made of are kept with them
 * @param sensitive whether who searches and compares is written into the audit log too
 * @param readOnly whether writes are refused
 * @param targetRecall of searches that say no effort of their own, above 0 and at most 1
 * @param snapshotHours how old the last snapshot may be before the next is taken, where something was written since; 0 for none
 */
public record CollectionSettings(
        String bundle,
        boolean keepSources,
        boolean sensitive,
        boolean readOnly,
        double targetRecall,
        int snapshotHours) {
    /** The longest time between snapshots, a year. */
    public static final int MOST_HOURS = 8_784;

    private static final int FORMAT = 1;

    public CollectionSettings {
        if (!(targetRecall > 0 && targetRecall <= 1)) {
            throw new Refusal(
                    "a target recall of " + targetRecall, "targetRecall", "use a fraction above 0 and at most 1");
        }
        if (snapshotHours < 0 || snapshotHours > MOST_HOURS) {
            throw new Refusal(
                    "a snapshot every " + snapshotHours + " hours", "snapshotHours", "use 0 (none) to " + MOST_HOURS);
        }
    }

    /** Of a collection of which nothing was said. */
    public static CollectionSettings usual() {
        return new CollectionSettings("", true, false, false, Effort.USUAL_RECALL, 24);
    }

    public CollectionSettings ofBundle(String id) {
        return new CollectionSettings(id, keepSources, sensitive, readOnly, targetRecall, snapshotHours);
    }

    public CollectionSettings keepSources(boolean chosen) {
        return new CollectionSettings(bundle, chosen, sensitive, readOnly, targetRecall, snapshotHours);
    }

    public CollectionSettings sensitive(boolean chosen) {
        return new CollectionSettings(bundle, keepSources, chosen, readOnly, targetRecall, snapshotHours);
    }

    public CollectionSettings readOnly(boolean chosen) {
        return new CollectionSettings(bundle, keepSources, sensitive, chosen, targetRecall, snapshotHours);
    }

    public CollectionSettings targetRecall(double chosen) {
        return new CollectionSettings(bundle, keepSources, sensitive, readOnly, chosen, snapshotHours);
    }

    public CollectionSettings snapshotHours(int chosen) {
        return new CollectionSettings(bundle, keepSources, sensitive, readOnly, targetRecall, chosen);
    }

    /** What people may change, without {@code bundle}. */
    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("keepSources", keepSources);
        json.addProperty("sensitive", sensitive);
        json.addProperty("readOnly", readOnly);
        json.addProperty("targetRecall", targetRecall);
        json.addProperty("snapshotHours", snapshotHours);
        return json;
    }

    /** As the registry keeps it. */
    String text() {
        JsonObject json = json();
        json.addProperty("format", FORMAT);
        json.addProperty("bundle", bundle);
        return json.toString();
    }

    /** @param where names the collection in a refusal */
    static CollectionSettings ofText(String text, String where) {
        Fields json = Fields.parse(text.getBytes(StandardCharsets.UTF_8), where, "set it anew");
        if (json.has("format") && json.whole("format", 1, Integer.MAX_VALUE) > FORMAT) {
            throw new Refusal("has settings of a newer format", where, "use a newer Kindred");
        }
        CollectionSettings usual = usual();
        return new CollectionSettings(
                json.has("bundle") ? json.text("bundle") : usual.bundle,
                json.has("keepSources") ? json.flag("keepSources") : usual.keepSources,
                json.has("sensitive") ? json.flag("sensitive") : usual.sensitive,
                json.has("readOnly") ? json.flag("readOnly") : usual.readOnly,
                json.has("targetRecall") ? json.number("targetRecall") : usual.targetRecall,
                json.has("snapshotHours") ? json.integer("snapshotHours", 0, MOST_HOURS) : usual.snapshotHours);
    }
}
