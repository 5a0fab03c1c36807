package dev.kindred.bench.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a program asked of the system about a folder's files, as {@code powerloss.c} recorded it. Paths are within the folder. */
sealed interface Call {
    /** @param truncates whether it was emptied */
    record Open(int descriptor, String path, boolean truncates) implements Call {}

    record OpenFolder(int descriptor, String path) implements Call {}

    /** @param bytes not to be changed */
    record Write(int descriptor, long offset, byte[] bytes) implements Call {}

    record Resize(int descriptor, long length) implements Call {}

    /** At least so long from then on. */
    record Allocate(int descriptor, long length) implements Call {}

    /** A thread asks that what was written before stays. */
    record SyncBegin(int descriptor, long thread) implements Call {}

    /** It was told that it does. */
    record SyncEnd(int descriptor, long thread) implements Call {}

    record Close(int descriptor) implements Call {}

    record Unlink(String path) implements Call {}

    record Rename(String from, String to) implements Call {}

    /** Of Linux' {@code O_TRUNC}. */
    int TRUNCATE = 0x200;

    int HEAD_BYTES = 24;

    /**
     * A log's calls in their order.
     *
     * @throws IllegalStateException where something was done that cannot be recorded
     */
    static List<Call> read(Path log) {
        ByteBuffer in;
        try {
            in = ByteBuffer.wrap(Files.readAllBytes(log)).order(ByteOrder.nativeOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Call> calls = new ArrayList<>();
        while (in.remaining() >= HEAD_BYTES) {
            int kind = in.getInt();
            int descriptor = in.getInt();
            long a = in.getLong();
            byte[] bytes = new byte[Math.toIntExact(in.getLong())];
            in.get(bytes);
            calls.add(call(kind, descriptor, a, bytes));
        }
        return calls;
    }

    private static Call call(int kind, int descriptor, long a, byte[] bytes) {
        return switch (kind) {
            case 1 -> new Open(descriptor, text(bytes), (a & TRUNCATE) != 0);
            case 2 -> new OpenFolder(descriptor, text(bytes));
            case 3 -> new Write(descriptor, a, bytes);
            case 4 -> new Resize(descriptor, a);
            case 5 -> new Allocate(descriptor, a);
            case 6 -> new SyncBegin(descriptor, a);
            case 7 -> new SyncEnd(descriptor, a);
            case 8 -> new Close(descriptor);
            case 9 -> new Unlink(text(bytes));
            case 10 -> {
                String both = text(bytes);
                int end = both.indexOf('\0');
                yield new Rename(both.substring(0, end), both.substring(end + 1));
            }
            default -> throw new IllegalStateException("the log lacks " + text(bytes));
        };
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
