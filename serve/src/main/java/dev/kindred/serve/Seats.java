package dev.kindred.serve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * As many connections as may be open. Where all places are taken, whoever comes has that of the one that has rested longest, for a second
 * at least: no request of somebody known is under way on it. So strangers hold no place by doing nothing with it, or by sending the head
 * of a request without an end, however often a letter of it comes.
 */
final class Seats {
    /** So many more may be open for the moment in which they are being closed. */
    static final int LEAVING = 64;

    private static final long REST = Duration.ofSeconds(1).toNanos();
    private static final AttributeKey<Seat> SEAT = AttributeKey.valueOf(Seats.class, "seat");

    private final int most;
    private final Set<Seat> taken = new HashSet<>();

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
                return taken.add(comes);
            }
            rests = longestAtRest();
            if (rests == null) {
                return false;
            }
            taken.remove(rests);
            taken.add(comes);
        }
        rests.standUp();
        return true;
    }

    private @Nullable Seat longestAtRest() {
        long now = System.nanoTime();
        Seat longest = null;
        for (Seat each : taken) {
            if (each.isAtRest(now) && (longest == null || each.since - longest.since < 0)) {
                longest = each;
            }
        }
        return longest;
    }

    /** One connection's place. */
    final class Seat extends ChannelInboundHandlerAdapter {
        private final AtomicInteger asking = new AtomicInteger();
        private volatile long since = System.nanoTime();
        private @Nullable Channel channel;

        /** A request of somebody known begins. */
        void begin() {
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

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = ctx.channel();
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
                taken.remove(this);
            }
        }

        /** Its own thread looks again: a request that came meanwhile is answered, and there is one connection more. */
        private void standUp() {
            Channel own = channel;
            if (own != null) {
                own.eventLoop().execute(() -> {
                    if (isAtRest(System.nanoTime())) {
                        own.close();
                    } else if (own.isActive()) {
                        synchronized (taken) {
                            taken.add(this);
                        }
                    }
                });
            }
        }
    }
}
