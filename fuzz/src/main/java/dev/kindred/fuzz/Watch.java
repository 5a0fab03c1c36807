package dev.kindred.fuzz;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Closes connections whose time is over: a write to a server that does not read waits for ever otherwise. */
final class Watch implements AutoCloseable {
    private static final long LOOK_MILLIS = 250;

    private final Map<Socket, Long> until = new ConcurrentHashMap<>();
    private final Set<Socket> ended = ConcurrentHashMap.newKeySet();
    private final long nanos;
    private final Thread thread;

    Watch(Duration patience) {
        this.nanos = 2 * patience.toNanos();
        this.thread = Thread.ofPlatform().daemon().name("kindred-fuzz-watch").start(this::look);
    }

    void over(Socket socket) {
        until.put(socket, System.nanoTime() + nanos);
    }

    void forget(Socket socket) {
        until.remove(socket);
        ended.remove(socket);
    }

    boolean ended(Socket socket) {
        return ended.contains(socket);
    }

    private void look() {
        try {
            while (true) {
                Thread.sleep(LOOK_MILLIS);
                long now = System.nanoTime();
                until.forEach((socket, end) -> {
                    if (now - end > 0) {
                        ended.add(socket);
                        close(socket);
                    }
                });
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
