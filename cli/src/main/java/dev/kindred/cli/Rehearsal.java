package dev.kindred.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Content;
import dev.kindred.media.Pictures;
import dev.kindred.release.Generations;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server over a handful of pictures, asked a few times and stopped: what the archive of serving's classes is made from. */
final class Rehearsal {
    private static final int SIDE = 24;
    /** Enough for what is done often to be known as such. */
    private static final int TIMES = 40;

    private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);

    private final Map<String, String> environment;

    Rehearsal(Map<String, String> environment) {
        this.environment = environment;
    }

    int run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("kindred");
        try {
            Path bundle = folder.resolve("tiny.kindred");
            TinyBundle.seal(bundle, 1);
            byte[] picture = draw(folder.resolve("pictures"));
            for (String engine : List.of("rows", "exact")) {
                Path index = folder.resolve(engine);
                int code = quietly(
                        "index",
                        "build",
                        bundle.toString(),
                        folder.resolve("pictures").toString(),
                        "--out",
                        index.toString(),
                        "--engine",
                        engine);
                if (code != ExitCode.DONE) {
                    return code;
                }
                code = serve(index, picture);
                if (code != ExitCode.DONE) {
                    return code;
                }
            }
            return ExitCode.DONE;
        } finally {
            Generations.delete(folder);
        }
    }

    /** Two classes of four pictures each; gives the last. */
    private static byte[] draw(Path folder) throws IOException {
        byte[] png = {};
        for (int i = 0; i < 8; i++) {
            byte[] grey = new byte[SIDE * SIDE];
            for (int at = 0; at < grey.length; at++) {
                grey[at] = (byte) (at * (i + 3) % 251);
            }
            png = Pictures.png(new Content.Pixels(SIDE, SIDE, 1, grey));
            Path place = folder.resolve("class" + i % 2).resolve(i + ".png");
            Files.createDirectories(place.getParent());
            Files.write(place, png);
        }
        return png;
    }

    private int quietly(String... line) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new Main(new Terminal(nowhere, nowhere, environment, false, 80), new StopSignal()).run(line);
    }

    private int serve(Path index, byte[] picture) throws IOException, InterruptedException {
        PipedInputStream answers = new PipedInputStream();
        PrintStream out = new PrintStream(new PipedOutputStream(answers), false, StandardCharsets.UTF_8);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        StopSignal stop = new StopSignal();
        int[] code = {ExitCode.FAULT};
        Thread serving = Thread.ofPlatform().name("kindred-rehearsal").start(() -> {
            try (out) {
                code[0] = new Main(new Terminal(out, nowhere, environment, false, 80), stop)
                        .run("serve", "--index", index.toString(), "--port", "0", "--json", "--log", "json");
            }
        });
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answers, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            JsonObject said = line == null
                    ? new JsonObject()
                    : JsonParser.parseString(line).getAsJsonObject();
            if (said.has("url")) {
                ask(URI.create(said.get("url").getAsString()), picture);
            }
        } finally {
            stop.ask();
            serving.join();
        }
        return code[0];
    }

    private static void ask(URI server, byte[] picture) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            for (int i = 0; i < TIMES; i++) {
                send(socket, server, "POST /v1/embed", picture);
                send(socket, server, "POST /v1/search?k=3", picture);
            }
            for (String path : List.of("/livez", "/readyz", "/metrics", "/v1/collections")) {
                send(socket, server, "GET " + path, new byte[0]);
            }
        }
    }

    /** By hand: a client's classes are no part of a server's. */
    private static void send(Socket socket, URI server, String what, byte[] body) throws IOException {
        String head = what + " HTTP/1.1\r\nHost: " + server.getAuthority()
                + "\r\nContent-Type: image/png\r\nContent-Length: " + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        InputStream in = socket.getInputStream();
        StringBuilder reply = new StringBuilder();
        while (reply.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the rehearsal's server hung up");
            }
            reply.append((char) next);
        }
        Matcher length = LENGTH.matcher(reply);
        if (reply.indexOf("HTTP/1.1 200") != 0 || !length.find()) {
            throw new IOException("the rehearsal's " + what + " was not answered");
        }
        in.skipNBytes(Long.parseLong(length.group(1)));
    }
}
