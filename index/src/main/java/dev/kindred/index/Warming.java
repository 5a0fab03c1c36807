package dev.kindred.index;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.jspecify.annotations.Nullable;

/**
 * Reads a view before the first search does, once, on a thread of its own: its files in a line, which disks are quick at, and then each
 * page of the mapped rows and graphs, so that no search has to wait for either. Ended by closing.
 */
final class Warming implements AutoCloseable {
    /** Of the machine's memory: what is larger is not read, since the system could not keep it beside all else. */
    private static final double MOST_OF_MEMORY = 0.5;

    private static final int READ = 1 << 20;
    private static final int PAGE = 4_096;
    /** Nodes of a graph whose lists of links lie within a page, at least. */
    private static final int NODES = 16;

    private final Path folder;
    private final Supplier<@Nullable ViewReader> views;
    private final long most;
    private final AtomicReference<Warmth> warmth = new AtomicReference<>(Warmth.COLD);
    private volatile boolean ended;
    private volatile @Nullable Thread thread;
    /** What was read goes here, so that reading it is no idle work. */
    private final AtomicLong sum = new AtomicLong();

    /** @param views gives what searches read now, released here; null where there is none */
    Warming(Path folder, Supplier<@Nullable ViewReader> views) {
        this(folder, views, (long) (memory() * MOST_OF_MEMORY));
    }

    /** @param most bytes of files to read */
    Warming(Path folder, Supplier<@Nullable ViewReader> views, long most) {
        this.folder = folder;
        this.views = views;
        this.most = most;
    }

    /** Of the machine, or of the control group. */
    private static long memory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    Warmth warmth() {
        return warmth.get();
    }

    /** Begins, unless that was begun before. */
    void begin() {
        if (!ended && warmth.compareAndSet(Warmth.COLD, Warmth.WARMING)) {
            Thread started =
                    Thread.ofPlatform().daemon().name("kindred-warming").unstarted(this::run);
            thread = started;
            started.start();
        }
    }

    private void run() {
        Warmth reached = Warmth.COLD;
        ViewReader view = null;
        try {
            view = views.get();
            if (view != null) {
                reached = warmed(view);
            }
        } catch (IOException | RuntimeException | InternalError e) {
            // A page that cannot be read is an internal error to the machine. Whoever searches it finds it.
        } finally {
            if (view != null) {
                view.release();
            }
            warmth.set(reached);
        }
    }

    private Warmth warmed(ViewReader view) throws IOException {
        if (LuceneView.bytes(folder) > most) {
            return Warmth.TOO_LARGE;
        }
        files();
        for (ViewSegment segment : view.segments()) {
            rows(segment.hasCodes() ? segment.codes() : segment.rows());
            if (segment.hasGraph()) {
                graph(segment.graph());
            }
        }
        return ended ? Warmth.COLD : Warmth.WARM;
    }

    /** Those that a merge takes away meanwhile are left. */
    private void files() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.list(folder)) {
            all = files.toList();
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ);
        for (Path file : all) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                while (!ended && channel.read(buffer.clear()) >= 0) {
                    sum.addAndGet(buffer.get(0));
                }
            } catch (NoSuchFileException e) {
                // It was merged.
            }
        }
    }

    private void rows(MemorySegment rows) {
        long seen = 0;
        for (long at = 0; at < rows.byteSize() && !ended; at += PAGE) {
            seen += rows.get(ValueLayout.JAVA_BYTE, at);
        }
        sum.addAndGet(seen);
    }

    private void graph(HnswGraph graph) throws IOException {
        for (int level = 0; level < graph.numLevels(); level++) {
            HnswGraph.NodesIterator nodes = graph.getNodesOnLevel(level);
            for (int i = 0; nodes.hasNext() && !ended; i++) {
                int node = nodes.nextInt();
                if (level > 0 || i % NODES == 0) {
                    graph.seek(level, node);
                    sum.addAndGet(graph.nextNeighbor());
                }
            }
        }
    }

    @Override
    public void close() {
        ended = true;
        Thread started = thread;
        boolean interrupted = false;
        while (started != null && started.isAlive()) {
            try {
                started.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
