package dev.kindred.serve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * As many connections as may be open. Where all places are taken, whoever comes has that of one that rests, for a second at least: no
 * request of somebody known is under way on it. First go those on which nobody known ever asked, of these the one that has rested longest.
 * So strangers hold no place by doing nothing with it, or by sending the head of a request without an end, however often a letter of it
 * comes.
 */
final class Seats {
    /** So many more may be open for the moment in which they are being closed. */
    static final int LEAVING = 64;
    /** Places that one newcomer looks at: where there are more, the next looks at others. */
    private static final int LOOKED_AT = 2_048;

    private static final long REST = Duration.ofSeconds(1).toNanos();
    private static final AttributeKey<Seat> SEAT = AttributeKey.valueOf(Seats.class, "seat");

    private final int most;
    private final List<Seat> taken = new ArrayList<>();
    private int next;

    /** @param most at least 1 */
    Seats(int most) {
        this.most = most;
    }

    /** For one connection. */
    ChannelHandler seat() {
        return new Seat();
    }

    /** That of a request's connection; null where it has none. */
    static @Nullable Seat of(Channel channel) {
        return channel.attr(SEAT).get();
    }

    /** @return false where no place is free and none can be made so */
    private boolean sit(Seat comes) {
        Seat rests;
        synchronized (taken) {
            if (taken.size() < most) {
                add(comes);
                return true;
            }
            rests = whoMayGo();
            if (rests == null) {
                return false;
            }
            remove(rests);
            add(comes);
        }
        rests.standUp();
        return true;
    }

    private void add(Seat seat) {
        seat.place = taken.size();
        taken.add(seat);
    }

    /** The last takes its place, so that nobody moves up. */
    private void remove(Seat seat) {
        if (seat.place < 0) {
            return;
        }
        Seat last = taken.removeLast();
        if (last != seat) {
            taken.set(seat.place, last);
            last.place = seat.place;
        }
        seat.place = -1;
    }

    private @Nullable Seat whoMayGo() {
        long now = System.nanoTime();
        Seat goes = null;
        for (int looked = 0; looked < Math.min(taken.size(), LOOKED_AT); looked++) {
            next = next + 1 < taken.size() ? next + 1 : 0;
            Seat each = taken.get(next);
            if (each.isAtRest(now) && (goes == null || each.goesBefore(goes))) {
                goes = each;
            }
        }
        return goes;
    }

    /** One connection's place. */
    final class Seat extends ChannelInboundHandlerAdapter {
        private final AtomicInteger asking = new AtomicInteger();
        private volatile long since = System.nanoTime();
        private volatile boolean known;
        /** Among those that are taken; -1 where it is none of them. Guarded by that list. */
        private int place = -1;

        private @Nullable ChannelHandlerContext context;

        /** A request of somebody known begins. */
        void begin() {
            known = true;
            asking.incrementAndGet();
        }

        /** Its reply has left, or it was given up. */
        void end() {
            since = System.nanoTime();
            asking.decrementAndGet();
        }

        private boolean isAtRest(long now) {
            return asking.get() == 0 && now - since >= REST;
        }

        private boolean goesBefore(Seat other) {
            return known == other.known ? since - other.since < 0 : !known;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            context = ctx;
            if (sit(this)) {
                ctx.channel().attr(SEAT).set(this);
                ctx.channel().closeFuture().addListener(closed -> leave());
                ctx.fireChannelActive();
            } else {
                ctx.close();
            }
        }

        private void leave() {
            synchronized (taken) {
                remove(this);
            }
        }

        /** Its own thread looks again: a request that came meanwhile is answered, and there is one connection more. */
        private void standUp() {
            ChannelHandlerContext own = context;
            if (own != null) {
                own.executor().execute(() -> {
                    if (isAtRest(System.nanoTime())) {
                        // From here, next to the socket: from the other end HTTP/2 would wait for its streams first.
                        own.close();
                    } else if (own.channel().isActive()) {
                        synchronized (taken) {
                            add(this);
                        }
                    }
                });
            }
        }
    }
}
