package dev.kindred.serve;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one request has of the {@link Room}: its body and what is made of it until it is answered, its reply until that has left. */
final class Held {
    private static final AttributeKey<Held> HELD = AttributeKey.valueOf(Held.class, "held");

    private final Room room;
    private final String key;
    private final @Nullable Unread unread;
    private long announced;
    private int weight = 1;
    private long arrived;
    private long working;
    private long leaving;
    private long reading;
    private boolean answered;
    private boolean over;

    private Held(Room room, String key, @Nullable Unread unread) {
        this.room = room;
        this.key = key;
        this.unread = unread;
    }

    /** Nothing yet, and nothing any more once the reply has left. */
    static Held of(ServiceRequestContext context, Room room, String key) {
        Channel channel = context.log().partial().channel();
        Held held = new Held(room, key, channel == null ? null : Unread.of(channel));
        context.setAttr(HELD, held);
        context.log().whenComplete().thenAccept(log -> held.over());
        return held;
    }

    /** Of a request that the door has let in. */
    static Held of(Call call) {
        return Objects.requireNonNull(in(call.context()));
    }

    /** Null where the door has not let the request in. */
    static @Nullable Held in(ServiceRequestContext context) {
        return context.attr(HELD);
    }

    /**
     * Takes room for a body before it is read.
     *
     * @param bytes less than 0 where that is not said: then they are taken as they come
     * @param weight so many bytes of memory are each of these
     * @throws Problem 429
     */
    synchronized void announce(long bytes, int weight) {
        this.weight = weight;
        if (bytes > 0) {
            work(bytes * weight);
            announced = bytes;
        }
    }

    /** A piece of the body is here. @throws Problem 429 */
    synchronized void arrived(int bytes) {
        arrived += bytes;
        if (arrived > announced) {
            work((arrived - announced) * weight);
            announced = arrived;
        }
    }

    /** Takes room for what is made on the way to the answer. @throws Problem 429 */
    synchronized void work(long bytes) {
        if (answered) {
            return;
        }
        room.take(key, working + leaving + reading, bytes);
        working += bytes;
    }

    /** The answer is there, or there will be none: only the reply is kept. */
    synchronized void answered() {
        answered = true;
        room.give(key, working);
        working = 0;
    }

    /** Takes room for a part of the reply. @throws Problem 429, or 499 where nobody waits for it any more */
    synchronized void reply(long bytes) {
        if (over) {
            throw Problem.gone();
        }
        // What the answer was made of goes as soon as it is there.
        room.take(key, working + leaving + reading, bytes);
        leaving += bytes;
        if (unread != null) {
            unread.owe(bytes);
        }
    }

    /**
     * Takes room for what is read of a body while the reply is already on its way, until it is given back or the reply is over.
     *
     * @param bytes less than 0 to give them back
     * @throws Problem 429, or 499 where nobody waits any more
     */
    synchronized void reading(long bytes) {
        if (over) {
            if (bytes > 0) {
                throw Problem.gone();
            }
            return;
        }
        if (bytes > 0) {
            room.take(key, working + leaving + reading, bytes);
        } else {
            room.give(key, -bytes);
        }
        reading += bytes;
    }

    private synchronized void over() {
        over = true;
        room.give(key, leaving + reading);
        reading = 0;
        if (unread != null) {
            unread.owe(-leaving);
        }
        leaving = 0;
    }
}
