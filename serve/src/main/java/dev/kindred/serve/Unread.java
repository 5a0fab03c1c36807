package dev.kindred.serve;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off a connection whose client does not read what it asked for: replies that wait for it are in memory. What it was owed at one
 * moment must have left by the next, or {@value #LEAST} bytes of it. It stands next to the socket and sees what leaves, whichever HTTP
 * that is.
 */
final class Unread extends ChannelDuplexHandler {
    /** Nobody who reads is slower than that for so long. */
    private static final long LEAST = 64 << 10;

    private static final AttributeKey<Unread> UNREAD = AttributeKey.valueOf(Unread.class, "unread");

    private final long patience;
    /** Bytes of replies that are made and have not left whole. */
    private final AtomicLong owed = new AtomicLong();
    // All else is of the channel's own thread.
    private long written;
    private long leftBefore;
    private long owedBefore;

    /** @param patience between the two moments */
    Unread(Duration patience) {
        this.patience = patience.toNanos();
    }

    /** The connection's; null where it has none. */
    static @Nullable Unread of(Channel channel) {
        return channel.attr(UNREAD).get();
    }

    void owe(long bytes) {
        owed.addAndGet(bytes);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().attr(UNREAD).set(this);
        var looking = ctx.executor().scheduleWithFixedDelay(() -> look(ctx), patience, patience, TimeUnit.NANOSECONDS);
        ctx.channel().closeFuture().addListener(closed -> looking.cancel(false));
    }

    private void look(ChannelHandlerContext ctx) {
        ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
        if (out == null) {
            return;
        }
        long left = written - out.totalPendingWriteBytes() + out.currentProgress();
        long owedNow = Math.max(owed.get(), out.totalPendingWriteBytes());
        if (owedBefore > 0 && owedNow > 0 && left - leftBefore < Math.min(owedBefore, LEAST)) {
            ctx.close();
            return;
        }
        leftBefore = left;
        owedBefore = owedNow;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            written += bytes.readableBytes();
        }
        ctx.write(message, promise);
    }
}
