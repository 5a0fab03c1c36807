package dev.kindred.fuzz;

import dev.kindred.fuzz.Case.Ending;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One client's connections, one after another: sends what a case says, byte for byte, and tells what came. Used by one thread. */
final class Conversation implements AutoCloseable {
    /** How long a server may say nothing to what it may well think unfinished, before the client ends its side. */
    private static final int QUIET_MILLIS = 120;

    /**
     * What became of a case.
     *
     * @param replies in their order; none where the connection was only closed, or nothing had to come
     * @param hang what did not come in time; empty where all did
     * @param broken what came and was no reply
     */
    record Outcome(List<Reply> replies, Optional<String> hang, Optional<String> broken) {
        static Outcome of(List<Reply> replies) {
            return new Outcome(replies, Optional.empty(), Optional.empty());
        }

        static Outcome hang(List<Reply> replies, String what) {
            return new Outcome(replies, Optional.of(what), Optional.empty());
        }
    }

    private final String host;
    private final int port;
    private final Duration patience;
    private final Watch watch;
    private @Nullable Socket kept;
    private @Nullable InputStream in;
    private int served;

    Conversation(String host, int port, Duration patience, Watch watch) {
        this.host = host;
        this.port = port;
        this.patience = patience;
        this.watch = watch;
    }

    Outcome hold(Case asked) {
        boolean reused = asked.ending() == Ending.REPLY && kept != null;
        Outcome outcome = once(asked);
        // A kept connection may have been closed by the server just then: that tells nothing.
        return reused && outcome.replies().isEmpty() && outcome.hang().isEmpty() ? once(asked) : outcome;
    }

    private Outcome once(Case asked) {
        List<Reply> replies = new ArrayList<>();
        Socket socket = null;
        try {
            socket = asked.ending() == Ending.REPLY ? connection() : opened();
            InputStream reading = socket == kept && in != null ? in : new BufferedInputStream(socket.getInputStream());
            socket.setSoTimeout((int) patience.toMillis());
            watch.over(socket);
            boolean sent = send(socket, asked);
            Outcome outcome = ended(asked, socket, reading, sent, replies);
            boolean keeps = asked.ending() == Ending.REPLY
                    && outcome.hang().isEmpty()
                    && !replies.isEmpty()
                    && replies.getLast().keeps()
                    && ++served < 500;
            if (!keeps) {
                drop(socket);
            }
            return outcome;
        } catch (SocketTimeoutException e) {
            drop(socket);
            return Outcome.hang(replies, "no reply within " + patience.toSeconds() + " s");
        } catch (EOFException e) {
            boolean late = socket != null && watch.ended(socket);
            drop(socket);
            return late
                    ? Outcome.hang(replies, "not taken within " + patience.toSeconds() + " s")
                    : Outcome.of(replies);
        } catch (IOException e) {
            boolean late = socket != null && watch.ended(socket);
            boolean reset = e instanceof java.net.SocketException;
            drop(socket);
            if (late) {
                return Outcome.hang(replies, "not taken within " + patience.toSeconds() + " s");
            }
            return reset
                    ? Outcome.of(replies)
                    : new Outcome(replies, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        } finally {
            if (socket != null) {
                watch.forget(socket);
            }
        }
    }

    private Socket connection() throws IOException {
        Socket here = kept;
        if (here == null || here.isClosed()) {
            here = opened();
            kept = here;
            in = new BufferedInputStream(here.getInputStream());
            served = 0;
        }
        return here;
    }

    private Socket opened() throws IOException {
        Socket socket = new Socket();
        // What is dropped is dropped at once: a hundred thousand connections must not wait each for its minute.
        socket.setSoLinger(true, 0);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port), (int) patience.toMillis());
        return socket;
    }

    /** @return whether all could be sent; a server may answer and close before it has read all */
    private static boolean send(Socket socket, Case asked) {
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 14);
            for (Case.Piece piece : asked.pieces()) {
                if (piece.pauseMillis() > 0) {
                    out.flush();
                    Thread.sleep(piece.pauseMillis());
                }
                for (int i = 0; i < piece.times(); i++) {
                    out.write(piece.bytes());
                }
            }
            out.flush();
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Outcome ended(Case asked, Socket socket, InputStream reading, boolean sent, List<Reply> replies)
            throws IOException {
        switch (asked.ending()) {
            case REPLY, LAST_REPLY -> replies.add(Reply.read(reading, false));
            case HEAD_REPLY -> replies.add(Reply.read(reading, true));
            case HUNG_UP -> {
                return Outcome.of(replies);
            }
            case ANSWERED_OR_CLOSED -> {
                return answeredOrClosed(socket, reading, sent, replies);
            }
            case STREAM_REPLY -> new Frames(reading).read(replies, 1);
            case FRAMES, STREAMS -> {
                socket.setSoTimeout(QUIET_MILLIS);
                try {
                    new Frames(reading).read(replies, asked.ending() == Ending.FRAMES ? 1 : Integer.MAX_VALUE);
                } catch (SocketTimeoutException e) {
                    // It may wait for more.
                }
            }
        }
        return Outcome.of(replies);
    }

    private static Outcome answeredOrClosed(Socket socket, InputStream reading, boolean sent, List<Reply> replies)
            throws IOException {
        int patient = socket.getSoTimeout();
        socket.setSoTimeout(QUIET_MILLIS);
        try {
            while (true) {
                replies.add(Reply.read(reading, false));
                if (!replies.getLast().keeps()) {
                    return Outcome.of(replies);
                }
            }
        } catch (SocketTimeoutException e) {
            if (sent) {
                socket.shutdownOutput();
            }
        }
        // Nothing more can come from here; whoever goes on waiting now would wait for ever.
        socket.setSoTimeout(patient);
        byte[] rest = new byte[8192];
        while (reading.read(rest) >= 0) {
            // What was under way.
        }
        return Outcome.of(replies);
    }

    private void drop(@Nullable Socket socket) {
        if (socket == null) {
            return;
        }
        if (socket == kept) {
            kept = null;
            in = null;
        }
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void close() {
        drop(kept);
    }
}
