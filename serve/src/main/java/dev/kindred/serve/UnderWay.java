package dev.kindred.serve;

import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the requests of one connection whose replies have not left yet. Under HTTP/1.1 a client may send request after request and read
 * nothing: every answer would be kept for it. No client that reads has so many open at once.
 */
final class UnderWay {
    private static final int MOST = 256;
    private static final AttributeKey<AtomicInteger> COUNT = AttributeKey.valueOf(UnderWay.class, "count");

    private UnderWay() {}

    /**
     * One more, until its reply has left.
     *
     * @throws ClosedSessionException where they are too many; the connection is closed then
     */
    static void on(ServiceRequestContext ctx) {
        Channel channel = ctx.log().partial().channel();
        if (channel == null) {
            return;
        }
        AtomicInteger count = channel.attr(COUNT).get();
        if (count == null) {
            AtomicInteger fresh = new AtomicInteger();
            AtomicInteger other = channel.attr(COUNT).setIfAbsent(fresh);
            count = other == null ? fresh : other;
        }
        AtomicInteger open = count;
        int now = open.incrementAndGet();
        ctx.log().whenComplete().thenRun(open::decrementAndGet);
        if (now > MOST) {
            channel.close();
            throw ClosedSessionException.get();
        }
    }
}
