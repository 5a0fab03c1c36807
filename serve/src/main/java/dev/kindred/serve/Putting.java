package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import dev.kindred.core.Refusal;
import dev.kindred.index.Change;
import dev.kindred.index.Failure;
import dev.kindred.index.Item;
import dev.kindred.index.PayloadJson;
import dev.kindred.index.Receipt;
import dev.kindred.index.Value;
import dev.kindred.index.Visibility;
import dev.kindred.index.WordQuery;
import dev.kindred.serve.batch.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Items on their way into a collection: what a request says of them, their vectors, the write. */
final class Putting {
    private final Hosted hosted;
    private final Inputs inputs;
    private final Writes writes;

    Putting(Hosted hosted, Inputs inputs, Writes writes) {
        this.hosted = hosted;
        this.inputs = inputs;
        this.writes = writes;
    }

    /** An item before it has its vector. */
    record Draft(String id, Inputs.Input input, Map<String, Value> payload) {}

    /** What {@code PUT …/items/{id}} says. */
    Draft draft(String id, Body body) {
        Fields fields = body.fields().only("image", "text", "vector", "payload", "until");
        return draft(id, fields, inputs.single(body));
    }

    /** What a line of a bulk load says, which names its id itself. */
    Draft draft(Fields line) {
        line.only("id", "image", "text", "vector", "payload");
        String id = line.text("id")
                .orElseThrow(() ->
                        Problem.badRequest("an item's id is missing", line.at("id"), "give it: {\"id\": \"…\", …}"));
        JsonObject rest = line.object().deepCopy();
        rest.remove("id");
        Inputs.Input input = inputs.of(new Fields(rest, line.path()))
                .orElseThrow(() -> Problem.badRequest(
                        "nothing to make the item of",
                        line.path(),
                        "give " + hosted.served().takes().field() + " or vector"));
        return draft(id, line, input);
    }

    private Draft draft(String id, Fields fields, Inputs.Input input) {
        requireId(id);
        Map<String, Value> payload = fields.has("payload")
                ? PayloadJson.read(fields.object().get("payload"), fields.at("payload"))
                : new TreeMap<>();
        if (input instanceof Inputs.Input.Words(String text)
                && hosted.settings().keepSources()) {
            Value there = payload.put(WordQuery.USUAL_FIELD, Value.of(text));
            if (there != null && !there.equals(Value.of(text))) {
                throw Problem.badRequest(
                        "the payload's field '" + WordQuery.USUAL_FIELD + "' is where the text itself is kept",
                        fields.at("payload"),
                        "name it otherwise");
            }
        }
        return new Draft(id, input, payload);
    }

    /**
     * Refuses ids that cannot be read as what they are: with control characters, or with those that turn the order of others about. What
     * looks alike in another script is another id.
     */
    static void requireId(String id) {
        boolean plain = id.codePoints()
                .noneMatch(c -> Character.isISOControl(c)
                        || (c >= 0x202A && c <= 0x202E)
                        || (c >= 0x2066 && c <= 0x2069)
                        || c == 0x2028
                        || c == 0x2029);
        if (!plain) {
            throw Problem.badRequest(
                    "the id has control characters", "id", "use letters, digits and signs that can be seen");
        }
        // Its length, and that it is text at all, is the index's to say.
        Item.of(id);
    }

    /** Their vectors, encoded together. */
    List<Item> items(List<Draft> drafts) {
        List<float[]> vectors = inputs.vectors(
                drafts.stream().map(Draft::input).toList(), hosted.served().documents(), Lane.EMBED);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < vectors.size(); i++) {
            Draft draft = drafts.get(i);
            items.add(item(draft.id(), vectors.get(i), draft.payload(), source(draft)));
        }
        return items;
    }

    // NullAway does not read `byte @Nullable []` from another module's class file.
    @SuppressWarnings("NullAway")
    private static Item item(String id, float[] vector, Map<String, Value> payload, byte @Nullable [] source) {
        return new Item(id, vector, payload, source);
    }

    private byte @Nullable [] source(Draft draft) {
        return draft.input() instanceof Inputs.Input.Picture(byte[] bytes, String where)
                        && hosted.settings().keepSources()
                ? bytes
                : null;
    }

    /** @throws Problem where the collection takes no writes */
    void requireWritable() {
        Optional<Problem> why = hosted.opened().unwritable();
        if (why.isPresent()) {
            throw why.get();
        }
    }

    /**
     * All or none.
     *
     * @throws Problem where the index fails: 503, or 507 where its disk is full; what is wrong with an item stays a refusal
     */
    Receipt write(List<Change> changes, Visibility until) {
        requireWritable();
        try {
            Receipt receipt = writes.run(() -> hosted.served().index().write(changes, until));
            hosted.degradation().wrote(true, null);
            return receipt;
        } catch (Refusal refusal) {
            Failure failure = Failure.of(refusal).orElseThrow(() -> refusal);
            hosted.degradation().wrote(false, refusal);
            boolean full = failure == Failure.FULL;
            throw new Problem(
                    full ? HttpStatus.INSUFFICIENT_STORAGE : HttpStatus.SERVICE_UNAVAILABLE,
                    "write-failed",
                    "the items were not written: " + (full ? "the disk is full" : "their file fails"),
                    "",
                    "nothing of this write was kept; try again when it is mended");
        }
    }

    /** The same of a body that may say it too. */
    static Visibility until(QueryParams query, Fields fields) {
        return fields.text("until").map(Putting::until).orElseGet(() -> until(query));
    }

    /** {@code ?until=acknowledged|searchable}. */
    static Visibility until(QueryParams query) {
        return until(query.get("until", "acknowledged"));
    }

    private static Visibility until(String said) {
        return switch (said.toLowerCase(Locale.ROOT)) {
            case "acknowledged" -> Visibility.ACKNOWLEDGED;
            case "searchable" -> Visibility.SEARCHABLE;
            default ->
                throw Problem.badRequest(
                        "a write is waited for no further than that", "until", "say acknowledged or searchable");
        };
    }
}
