package dev.kindred.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code kindred serve} in a process of its own, on the server's core. */
public final class ServerProcess implements AutoCloseable {
    private static final long MOST_START_NANOS = 180_000_000_000L;

    private final Process process;
    private final int port;
    private final double secondsToFirst;

    private ServerProcess(Process process, int port, double secondsToFirst) {
        this.process = process;
        this.port = port;
        this.secondsToFirst = secondsToFirst;
    }

    /**
     * Started as people start it, by the launcher, but remembering no embeddings: what is measured is computed.
     *
     * @param home of its own, so that nothing of the person's is read
     */
    public static ServerProcess serve(Path root, Path home, Path index) {
        return launched(root, home, index, First.ready(), Map.of("KINDRED_CACHE", "0"));
    }

    /** Up once it has embedded a picture. */
    public static ServerProcess embedding(Path root, Path home, Path index, byte[] png) {
        return launched(root, home, index, First.embedding(png), Map.of());
    }

    private static ServerProcess launched(Path root, Path home, Path index, First first, Map<String, String> settings) {
        int port = freePort();
        List<String> command = List.of(
                root.resolve("kindred").toString(),
                "serve",
                "--index",
                index.toString(),
                "--port",
                Integer.toString(port),
                "--threads",
                "1",
                "--json");
        return start(root, home, command, port, first, settings);
    }

    /** What is asked until it is answered with 200. */
    public record First(String path, byte[] body) {
        static First ready() {
            return new First("/readyz", new byte[0]);
        }

        static First embedding(byte[] png) {
            return new First("/v1/embed", png);
        }
    }

    static ServerProcess start(
            Path root, Path home, List<String> command, int port, First first, Map<String, String> settings) {
        ProcessBuilder builder = new ProcessBuilder(Cores.serving(command))
                .directory(root.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // Nor are the person's settings its own.
        builder.environment().keySet().removeIf(name -> name.startsWith("KINDRED_"));
        builder.environment().put("KINDRED_HOME", home.toString());
        builder.environment().putAll(settings);
        long begun = System.nanoTime();
        try {
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            while (!answers(port, first)) {
                if (!process.isAlive() || System.nanoTime() - begun > MOST_START_NANOS) {
                    process.destroyForcibly();
                    throw new IllegalStateException(command.getFirst() + " did not come up");
                }
                Thread.sleep(2);
            }
            return new ServerProcess(process, port, (System.nanoTime() - begun) / 1e9);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean answers(int port, First first) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + first.path())
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(60_000);
            if (first.body().length > 0) {
                connection.setRequestMethod("POST");
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "image/png");
                connection.getOutputStream().write(first.body());
            }
            boolean ok = connection.getResponseCode() == 200;
            connection.disconnect();
            return ok;
        } catch (IOException e) {
            return false;
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** From before its start to the first good answer. */
    public double secondsToFirst() {
        return secondsToFirst;
    }

    /**
     * Resident bytes of the process.
     *
     * @throws IllegalStateException where the system does not tell, e.g. because the process has ended
     */
    public long resident() {
        try {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the server has ended"));
        } catch (IOException e) {
            throw new IllegalStateException("the server's memory cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
