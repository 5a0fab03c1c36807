package dev.kindred.serve;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.TimeoutMode;
import dev.kindred.core.Refusal;
import dev.kindred.index.Change;
import dev.kindred.index.Item;
import dev.kindred.index.Visibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Items from a stream of lines (NDJSON), each a put ({@code {"id", "text" | "image" | "vector", "payload"}}) or a deletion
 * ({@code {"delete": "id"}}). One thread reads lines, within bounds, while another encodes and writes all that have come so far, as one.
 * A line that fails is told and the rest goes on. What is told of a line is durable, and so is all before it.
 */
final class BulkLoad implements Runnable {
    /** Times the patience of one request for which no line may say anything: who sends nothing but blank ones gives its place up. */
    private static final int SILENCE = 2;

    /** While nothing comes it is looked so often whether anything may. */
    private static final long LOOK_NANOS = 500_000_000;

    private static final long FIRST_PAUSE = 10;
    private static final long LONGEST_PAUSE = 500;

    private final Call call;
    private final Hosted hosted;
    private final Putting putting;
    private final BulkOptions options;
    private final BulkReplies replies;
    private final LineQueue lines;
    private final Executor threads;
    private final Supplier<Optional<Problem>> over;
    private final Duration patience;

    /** When a line last said something, by {@link System#nanoTime}. */
    private long heard = System.nanoTime();

    private long seen;
    private long durable;
    private long put;
    private long deleted;
    private long failed;
    private @Nullable Problem ended;

    /**
     * @param lines to be read
     * @param over why it may not go on; empty where it may
     * @param patience how long nothing may come, or be read
     */
    BulkLoad(
            Call call,
            Hosted hosted,
            BulkOptions options,
            LineQueue lines,
            BulkReplies replies,
            Executor threads,
            Supplier<Optional<Problem>> over,
            Duration patience) {
        this.call = call;
        this.hosted = hosted;
        this.putting = hosted.putting();
        this.options = options;
        this.lines = lines;
        this.replies = replies;
        this.threads = threads;
        this.over = over;
        this.patience = patience;
    }

    /** A line on its way. */
    private static final class Slot {
        private final BulkLines.Line line;
        private String id = "";
        private Putting.@Nullable Draft draft;
        private @Nullable Change change;
        private @Nullable Problem problem;

        private Slot(BulkLines.Line line) {
            this.line = line;
        }
    }

    @Override
    public void run() {
        threads.execute(lines::read);
        try {
            boolean last = false;
            while (!last && ended == null) {
                List<BulkLines.Line> group = next();
                if (group.isEmpty()) {
                    requireAllowed();
                    ended = ended == null && quiet() <= 0 ? silent() : ended;
                    continue;
                }
                last = group.getLast() == LineQueue.LAST;
                List<BulkLines.Line> there = last ? group.subList(0, group.size() - 1) : group;
                write(there);
                durable = ended == null ? seen : seen - 1;
                lines.done(there);
                if (!replies.send(patience) || call.isGone()) {
                    return;
                }
                requireAllowed();
            }
            if (ended == null) {
                ended = switch (lines.broken()) {
                    case null -> null;
                    case Problem problem -> problem;
                    case Throwable other ->
                        new Problem(HttpStatus.BAD_REQUEST, "cut-off", "the lines broke off", "body", "");
                };
            }
            if (ended == null && options.until() == Visibility.SEARCHABLE) {
                putting.write(List.of(), Visibility.SEARCHABLE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            ended = Problem.of(e);
        } finally {
            lines.stop();
            replies.tell(totals());
            replies.end(patience);
        }
    }

    private void extend(int times) {
        call.context().setRequestTimeout(TimeoutMode.SET_FROM_NOW, patience.multipliedBy(times));
    }

    private Problem silent() {
        long seconds = patience.multipliedBy(SILENCE).toSeconds();
        return new Problem(
                HttpStatus.REQUEST_TIMEOUT,
                "silent",
                "no line came for " + seconds + (seconds == 1 ? " second" : " seconds"),
                "body",
                "send on from the line after the last that is durable: ?from=");
    }

    private void requireAllowed() {
        Optional<Problem> why = over.get();
        if (why.isPresent()) {
            ended = why.get();
        } else if (hosted.isGone()) {
            ended = new Problem(
                    HttpStatus.NOT_FOUND, "no-collection", "the collection was dropped", call.collection(), "");
        }
    }

    /** For how long nothing may be said from now on, in nanoseconds. */
    private long quiet() {
        return patience.multipliedBy(SILENCE).toNanos() - (System.nanoTime() - heard);
    }

    private List<BulkLines.Line> next() throws InterruptedException {
        // Whoever is silent is told so before the request's own time is over.
        extend(SILENCE + 1);
        List<BulkLines.Line> group = lines.next(Math.clamp(quiet(), 0, LOOK_NANOS));
        if (!group.isEmpty()) {
            extend(1);
        }
        return group;
    }

    private void write(List<BulkLines.Line> group) {
        List<Slot> slots = new ArrayList<>();
        boolean spoke = false;
        for (BulkLines.Line line : group) {
            seen = line.number();
            spoke |= !line.isBlank();
            if (line.number() > options.from() && !line.isBlank()) {
                slots.add(understood(line));
            }
        }
        slots = upToFailure(slots);
        for (int at = 0; at < slots.size(); at += Inputs.MAX_INPUTS) {
            List<Slot> some = slots.subList(at, Math.min(slots.size(), at + Inputs.MAX_INPUTS));
            if (!isCounted(some)) {
                seen = some.getFirst().line.number();
                slots = slots.subList(0, at);
                break;
            }
            // However long all of it takes: what counts is that the next part is done in time.
            extend(1);
            encode(some);
        }
        slots = upToFailure(slots);
        extend(1);
        writeSlots(slots);
        for (Slot slot : upToFailure(slots)) {
            tell(slot);
        }
        // After the work: however long that took, it was not the client that was silent.
        heard = spoke ? System.nanoTime() : heard;
    }

    /** Where the first failure ends it, what comes after is not looked at. */
    private List<Slot> upToFailure(List<Slot> slots) {
        if (options.strict()) {
            for (int i = 0; i < slots.size(); i++) {
                Problem problem = slots.get(i).problem;
                if (problem != null) {
                    ended = problem;
                    seen = slots.get(i).line.number();
                    return slots.subList(0, i + 1);
                }
            }
        }
        return slots;
    }

    /** Counts what is to be put against what the key may ask; waits where it may ask for it later, ends where its day is used up. */
    private boolean isCounted(List<Slot> slots) {
        int inputs = 0;
        for (Slot slot : slots) {
            inputs += slot.draft == null || slot.problem != null ? 0 : 1;
        }
        try {
            take(inputs);
            return true;
        } catch (Problem quota) {
            ended = quota;
            return false;
        }
    }

    private void take(int inputs) {
        try {
            patiently(() -> {
                call.take(inputs);
                return inputs;
            });
        } catch (Problem problem) {
            if (!problem.isOf("too-many-inputs") || inputs == 1) {
                throw problem;
            }
            take(inputs / 2);
            take(inputs - inputs / 2);
        }
    }

    private Slot understood(BulkLines.Line line) {
        Slot slot = new Slot(line);
        try {
            if (line.isTooLong()) {
                throw new Problem(
                        HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                        "too-large",
                        "the line is longer than may be",
                        "line " + line.number(),
                        "send a smaller picture, or PUT it by itself");
            }
            JsonObject json = StrictJson.object(line.bytes(), "line " + line.number());
            JsonElement delete = json.get("delete");
            if (delete != null) {
                Fields fields = new Fields(json, "").only("delete");
                slot.id = delete instanceof JsonPrimitive id && id.isString()
                        ? id.getAsString()
                        : fields.text("delete").orElseThrow(() -> Problem.badRequest("an id is wanted", "delete", ""));
                Item.of(slot.id);
                slot.change = new Change.Delete(slot.id);
            } else {
                if (json.get("id") instanceof JsonPrimitive id && id.isString()) {
                    slot.id = shortened(id.getAsString());
                }
                slot.draft = putting.draft(new Fields(json, ""));
            }
        } catch (Problem | Refusal e) {
            slot.problem = Problem.of(e);
        }
        return slot;
    }

    private static String shortened(String id) {
        return id.length() <= Item.MAX_ID_BYTES ? id : id.substring(0, 80) + "…";
    }

    /** Together; where one of them cannot be, each by itself. */
    private void encode(List<Slot> slots) {
        List<Slot> drafts = slots.stream()
                .filter(slot -> slot.draft != null && slot.problem == null)
                .toList();
        if (drafts.isEmpty()) {
            return;
        }
        try {
            List<Item> items = patiently(() -> putting.items(drafts.stream()
                    .map(slot -> Objects.requireNonNull(slot.draft))
                    .toList()));
            for (int i = 0; i < items.size(); i++) {
                drafts.get(i).change = new Change.Put(items.get(i));
            }
        } catch (Problem | Refusal e) {
            if (drafts.size() == 1) {
                drafts.getFirst().problem = Problem.of(e);
            } else {
                drafts.forEach(one -> encode(List.of(one)));
            }
        }
    }

    /** As one; where one of them is refused, each by itself. */
    private void writeSlots(List<Slot> slots) {
        List<Slot> there = slots.stream()
                .filter(slot -> slot.change != null && slot.problem == null)
                .toList();
        if (there.isEmpty()) {
            return;
        }
        try {
            List<Change> changes = there.stream()
                    .map(slot -> Objects.requireNonNull(slot.change))
                    .toList();
            patiently(() -> putting.write(changes, Visibility.ACKNOWLEDGED));
        } catch (Refusal e) {
            if (there.size() == 1) {
                there.getFirst().problem = Problem.of(e);
                return;
            }
            for (Slot one : there) {
                writeSlots(List.of(one));
                if (options.strict() && one.problem != null) {
                    return;
                }
            }
        }
    }

    /** Who loads much waits for a place among those who ask little. */
    private <T> T patiently(Supplier<T> work) {
        long pause = FIRST_PAUSE;
        while (true) {
            try {
                return work.get();
            } catch (Problem problem) {
                boolean later = problem.isOf("busy") || problem.isOf("rate-limit");
                if (!later || call.isGone()) {
                    throw problem;
                }
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Problem(HttpStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", "", "");
            }
            pause = Math.min(LONGEST_PAUSE, 2 * pause);
            extend(1);
        }
    }

    private void tell(Slot slot) {
        Problem problem = slot.problem;
        if (problem != null) {
            failed++;
            replies.failed(slot.line.number(), slot.id, error(problem));
        } else if (slot.change instanceof Change.Delete) {
            deleted++;
            replies.done(slot.line.number(), slot.id, "deleted");
        } else {
            put++;
            replies.done(slot.line.number(), slot.id, "put");
        }
    }

    private JsonObject error(Problem problem) {
        JsonObject error = problem.json(call.request());
        error.remove("request");
        error.remove("title");
        return error;
    }

    /** The last line: what came of all, and up to which line all is durable or told. */
    private JsonObject totals() {
        JsonObject json = new JsonObject();
        json.addProperty("status", ended == null ? "complete" : "ended");
        json.addProperty("lines", seen);
        json.addProperty("put", put);
        json.addProperty("deleted", deleted);
        json.addProperty("failed", failed);
        json.addProperty("durable", durable);
        Problem why = ended;
        if (why != null) {
            json.add("error", error(why));
        }
        return json;
    }
}
