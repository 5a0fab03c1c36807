package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Half a second or more of a computing thread for a few kilobytes that were sent, again and again, while somebody else searches. */
@Timeout(120)
class GreatPicturesTest {
    private static final int FLOOD = 8;
    private static final int SIDE = 8_192;

    /** Whoever says {@code X-Key} is that key. */
    private static final Access BY_HEADER = (context, request) -> {
        String key = request.headers().get("x-key", "nobody");
        return new Principal(key, key, Map.of(Principal.EVERY, Role.READER));
    };

    @Test
    void anothersSearchesDoNotWaitForThem(@TempDir Path folder) {
        DrawnShapes.Hand hand = DrawnShapes.HANDS[0];
        String thing = DrawnShapes.things().keySet().iterator().next();
        String item = DrawnShapes.id(thing, hand);
        byte[] small = DrawnShapes.png(DrawnShapes.things().get(thing), hand);
        String great = Base64.getEncoder().encodeToString(black());
        ServeOptions options = ServeOptions.defaults().onPort(0).withThreads(2);
        try (DrawnCollection drawn = DrawnCollection.in(folder);
                KindredServer server = KindredServer.start(
                        options,
                        List.of(drawn.served()),
                        Oversight.by(BY_HEADER),
                        (request, route, cause) -> cause.printStackTrace());
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
                Caller caller = new Caller(server.url())) {
            search(caller, small);
            String explain = "{\"left\":{\"image\":\"" + great + "\"},\"right\":{\"id\":\"" + item + "\"}}";
            long start = System.nanoTime();
            assertThat(caller.json("/v1/explain", explain, "X-Key", "flood").code())
                    .isEqualTo(200);
            long alone = System.nanoTime() - start;
            List<CompletableFuture<Reply>> flood = new ArrayList<>();
            for (int i = 0; i < FLOOD; i++) {
                flood.add(CompletableFuture.supplyAsync(
                        () -> caller.json("/v1/explain", explain, "X-Key", "flood"), callers));
            }
            long longest = 0;
            while (flood.stream().noneMatch(each -> each.isDone() && each.join().code() == 200)) {
                long begun = System.nanoTime();
                search(caller, small);
                longest = Math.max(longest, System.nanoTime() - begun);
            }
            assertThat(longest)
                    .as("nanoseconds of another key's longest search; an explain alone takes %d", alone)
                    .isLessThan(alone / 3);
            assertThat(flood.stream().map(CompletableFuture::join).map(Reply::code))
                    .as("answered, or told to come again")
                    .contains(200)
                    .isSubsetOf(200, 429);
        }
    }

    /** 16 bits a channel, in a quarter of a megabyte. */
    private static byte[] black() {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(SIDE).putInt(SIDE).put(new byte[] {16, 2, 0, 0, 0});
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(data)) {
            byte[] line = new byte[1 + SIDE * 6];
            for (int y = 0; y < SIDE; y++) {
                deflated.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(out, "IHDR", header.array());
        chunk(out, "IDAT", data.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String name, byte[] body) {
        byte[] type = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(type);
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static void search(Caller caller, byte[] picture) {
        Reply reply = caller.bytes("/v1/search", "image/png", picture, "X-Key", "one");
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
    }
}
