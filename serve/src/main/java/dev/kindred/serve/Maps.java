package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.kindred.core.Hashes;
import dev.kindred.index.VectorIndex;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.map.Layout;
import dev.kindred.serve.map.MapJson;
import dev.kindred.serve.map.Pauses;
import dev.kindred.serve.map.Sample;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Maps of collections: made in the background, one at a time, on half of one core at most, and kept for as long as nothing is written.
 * Whoever asks while one is made is told how far it is (202); one that writes have overtaken is shown, marked, while the next is made.
 */
final class Maps implements AutoCloseable {
    /** Of different collections; each is some hundreds of kilobytes. */
    private static final int KEPT = 16;
    /** A map that writes overtake is made anew after this many times what it computed, so that writing never means drawing all the time. */
    private static final int REST = 10;

    /** What is known of one collection's map. */
    private static final class State {
        final VectorIndex index;
        volatile @Nullable Made made;
        /** What is being done and the share that is done; null while nothing is. */
        volatile @Nullable Doing doing;

        volatile @Nullable Problem failed;

        State(VectorIndex index) {
            this.index = index;
        }
    }

    private record Made(byte[] json, String tag, long sequence, long computedNanos, long endedNanos) {}

    private record Doing(String what, double share) {}

    private final Hosts hosts;
    private final Faults faults;
    private final Map<String, State> states = new LinkedHashMap<>(16, 0.75f, true);
    private final ThreadPoolExecutor maker = new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(KEPT),
            Thread.ofPlatform().daemon().name("kindred-map").factory());

    Maps(Hosts hosts, Faults faults) {
        this.hosts = hosts;
        this.faults = faults;
        maker.allowCoreThreadTimeOut(true);
    }

    void bind(Door door) {
        door.get("/v1/collections/{collection}/map", Role.READER, this::answer);
    }

    private HttpResponse answer(Call call, HttpRequest request) {
        Hosted hosted = hosts.expected(call);
        Served served = hosted.served();
        State state = state(served);
        Made made = state.made;
        boolean current =
                made != null && made.sequence() == served.index().info().lastSequence();
        if (!current) {
            begin(hosted, state, call.request());
        }
        Problem failed = state.failed;
        if (made == null && failed != null) {
            state.failed = null;
            throw failed;
        }
        return made == null ? notYet(state) : reply(made, current, request);
    }

    private State state(Served served) {
        synchronized (states) {
            State known = states.get(served.collection());
            // A collection that was dropped and made anew has the name of the old one, and nothing else of it.
            if (known == null || known.index != served.index()) {
                known = new State(served.index());
                states.put(served.collection(), known);
                if (states.size() > KEPT) {
                    states.remove(states.keySet().iterator().next());
                }
            }
            return known;
        }
    }

    private void begin(Hosted hosted, State state, String request) {
        synchronized (state) {
            Made made = state.made;
            boolean resting = made != null && System.nanoTime() - made.endedNanos() < REST * made.computedNanos();
            if (state.doing != null || resting) {
                return;
            }
            state.doing = new Doing("waiting", 0);
        }
        try {
            maker.execute(() -> {
                if (!hosted.whileHeld(() -> make(hosted, state, request))) {
                    state.doing = null;
                }
            });
        } catch (RejectedExecutionException e) {
            state.doing = null;
            throw Problem.busy(0);
        }
    }

    private void make(Hosted hosted, State state, String request) {
        Served served = hosted.served();
        long start = computed();
        try {
            Pauses pauses = Pauses.halfOfOneCore(() -> !hosted.isGone());
            state.doing = new Doing("reading", 0);
            Sample sample = Sample.of(served.index(), pauses);
            Layout.Plane plane =
                    Layout.of(sample.embeddings(), pauses, (what, share) -> state.doing = new Doing(what, share));
            JsonObject json = new JsonObject();
            json.addProperty("collection", served.collection());
            json.addProperty("space", served.space().id());
            MapJson.of(sample, plane).asMap().forEach(json::add);
            byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
            String tag = '"' + Hashes.sha256Hex(bytes).substring(0, 16) + '"';
            state.made = new Made(bytes, tag, sample.sequence(), computed() - start, System.nanoTime());
            state.failed = null;
        } catch (CancellationException e) {
            state.failed = new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", "", "try again later");
        } catch (RuntimeException e) {
            Problem problem = Problem.of(e);
            if (problem.isFault()) {
                faults.tell(request, "map", e);
            }
            state.failed = problem;
        } finally {
            state.doing = null;
        }
    }

    /** By this thread, in nanoseconds, without its rests; by the clock where the system keeps no account. */
    private static long computed() {
        ThreadMXBean accounts = ManagementFactory.getThreadMXBean();
        return accounts.isCurrentThreadCpuTimeSupported() ? accounts.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static HttpResponse notYet(State state) {
        Doing doing = state.doing;
        JsonObject json = new JsonObject();
        json.addProperty("doing", doing == null ? "waiting" : doing.what());
        json.addProperty("share", doing == null ? 0 : doing.share());
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.ACCEPTED)
                        .contentType(MediaType.JSON_UTF_8)
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .set(HttpHeaderNames.RETRY_AFTER, "1")
                        .build(),
                HttpData.ofUtf8(json.toString()));
    }

    /** @param current whether nothing was written since; else the reply says {@code Kindred-Map: behind} */
    private static HttpResponse reply(Made made, boolean current, HttpRequest request) {
        boolean known = made.tag().equals(request.headers().get(HttpHeaderNames.IF_NONE_MATCH));
        var headers = ResponseHeaders.builder(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
                .contentType(MediaType.JSON_UTF_8)
                .set(HttpHeaderNames.ETAG, made.tag())
                .set(HttpHeaderNames.CACHE_CONTROL, "private, no-cache")
                .set("kindred-map", current ? "current" : "behind");
        return known ? HttpResponse.of(headers.build()) : HttpResponse.of(headers.build(), Wire.body(made.json()));
    }

    @Override
    public void close() {
        maker.shutdownNow();
        try {
            if (!maker.awaitTermination(10, TimeUnit.SECONDS)) {
                faults.tell("", "map", new IllegalStateException("the map's thread does not end"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
