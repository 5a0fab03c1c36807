package dev.kindred.fuzz;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that wear a server out by taking their time. Each must be ended by the server, and none may end the server. */
public final class Endurance {
    private static final long SLOW_MILLIS = 400;
    private static final int MUCH = 64 << 20;

    /**
     * One of them.
     *
     * @param ok whether the server ended it in time
     * @param what happened
     */
    public record Trial(String name, boolean ok, String what, double seconds) {}

    private interface Client {
        String against(Socket socket) throws IOException, InterruptedException;
    }

    private final int port;
    private final Duration bound;
    private final String host;

    private final String key;

    private Endurance(int port, String key, Duration bound) {
        this.port = port;
        this.key = key;
        this.bound = bound;
        this.host = "127.0.0.1:" + port;
    }

    /**
     * @param key that lets them in, so that it is not the door that ends them; empty where none is asked for
     * @param bound within which the server must have ended each
     */
    public static List<Trial> run(int port, String key, Duration bound) {
        Endurance endurance = new Endurance(port, key, bound);
        List<Trial> trials = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Trial>> all = List.of(
                    clients.submit(() -> endurance.trial("a head that drips", endurance::slowHead)),
                    clients.submit(() -> endurance.trial("a body that drips", endurance::slowBody)),
                    clients.submit(() -> endurance.trial("a body that stops", endurance::stopped)),
                    clients.submit(() -> endurance.trial("a client that never reads", endurance::neverReads)),
                    clients.submit(() -> endurance.trial("a million chunks of one byte", endurance::tinyChunks)),
                    clients.submit(() -> endurance.trial("a body of 2 GB", endurance::great)),
                    clients.submit(() -> endurance.trial("a preface and nothing more", endurance::preface)),
                    clients.submit(() -> endurance.trial("a connection and nothing more", endurance::nothing)));
            for (Future<Trial> each : all) {
                trials.add(each.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return trials;
    }

    private Trial trial(String name, Client client) {
        long begun = System.nanoTime();
        String what;
        boolean ok = true;
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) bound.toMillis());
            what = client.against(socket);
        } catch (SocketTimeoutException e) {
            ok = false;
            what = "still open after " + bound.toSeconds() + " s";
        } catch (IOException e) {
            what = "ended: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ok = false;
            what = "interrupted";
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        boolean late = seconds > bound.toSeconds() + 5.0 || what.startsWith("5");
        boolean turnedAway = what.startsWith("401") || what.startsWith("403");
        return new Trial(name, ok && !late && !turnedAway, what, seconds);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] head(String more) {
        return ascii("POST /v1/embed HTTP/1.1\r\nHost: " + host + "\r\n" + shown()
                + "Content-Type: application/json\r\n" + more);
    }

    private String shown() {
        return key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n";
    }

    /** The reply's code, or that there was none. */
    private static String told(InputStream in) throws IOException {
        try {
            return Reply.read(in, false).code() + " was answered";
        } catch (java.io.EOFException e) {
            return "closed";
        }
    }

    private String slowHead(Socket socket) throws IOException, InterruptedException {
        return drip(socket, head("X-Slow: "), ascii("a"));
    }

    private String slowBody(Socket socket) throws IOException, InterruptedException {
        return drip(socket, head("Content-Length: 100000\r\n\r\n"), ascii(" "));
    }

    private String drip(Socket socket, byte[] start, byte[] drop) throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        InputStream in = new BufferedInputStream(socket.getInputStream());
        out.write(start);
        long end = System.nanoTime() + bound.toNanos();
        while (System.nanoTime() < end) {
            out.write(drop);
            out.flush();
            Thread.sleep(SLOW_MILLIS);
            if (in.available() > 0) {
                return told(in);
            }
        }
        throw new SocketTimeoutException();
    }

    private String stopped(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(head("Content-Length: 100000\r\n\r\n{\"text\":"));
        out.flush();
        return told(new BufferedInputStream(socket.getInputStream()));
    }

    /** Asks and asks, reads nothing, and so makes the server keep what it answers. */
    private String neverReads(Socket socket) throws IOException, InterruptedException {
        byte[] request = ascii("GET /openapi.json HTTP/1.1\r\nHost: " + host + "\r\n" + shown() + "\r\n");
        socket.setReceiveBufferSize(4096);
        socket.getOutputStream().write(request);
        Reply first = Reply.read(new BufferedInputStream(socket.getInputStream(), 1), false);
        if (!first.isWell()) {
            return first.code() + " was answered";
        }
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                OutputStream out = new BufferedOutputStream(socket.getOutputStream());
                for (int i = 0; i < 400_000; i++) {
                    out.write(request);
                }
                out.flush();
            } catch (IOException e) {
                // The server had enough.
            }
        });
        asking.join(bound.toMillis());
        if (asking.isAlive()) {
            // The server reads no more of what is asked while nobody reads what it answers: nothing grows, and that
            // will do.
            return "not read on";
        }
        return "taken, or closed";
    }

    private String tinyChunks(Socket socket) throws IOException {
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        InputStream in = new BufferedInputStream(socket.getInputStream());
        try {
            out.write(head("Transfer-Encoding: chunked\r\n\r\n"));
            byte[] chunk = ascii("1\r\n \r\n");
            for (int i = 0; i < 1_000_000; i++) {
                out.write(chunk);
            }
            out.write(ascii("0\r\n\r\n"));
            out.flush();
        } catch (IOException e) {
            return "cut off";
        }
        return told(in);
    }

    private String great(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        byte[] block = new byte[1 << 16];
        long sent = 0;
        try {
            out.write(head("Content-Length: 2147483648\r\n\r\n"));
            for (; sent < 1L << 31; sent += block.length) {
                out.write(block);
                if (socket.getInputStream().available() > 0) {
                    break;
                }
            }
        } catch (IOException e) {
            return sent <= MUCH
                    ? "cut off after " + (sent >> 20) + " MB"
                    : "5: cut off only after " + (sent >> 20) + " MB";
        }
        return sent <= MUCH ? told(new BufferedInputStream(socket.getInputStream())) : "5: taken whole";
    }

    private String preface(Socket socket) throws IOException {
        socket.getOutputStream().write(ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        socket.getOutputStream().flush();
        return untilClosed(socket);
    }

    private String nothing(Socket socket) throws IOException {
        return untilClosed(socket);
    }

    private static String untilClosed(Socket socket) throws IOException {
        byte[] part = new byte[1024];
        while (socket.getInputStream().read(part) >= 0) {
            // Settings, a farewell.
        }
        return "closed";
    }
}
