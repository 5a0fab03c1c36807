package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Saves what can be read of a generation whose items are damaged into a new one, and tells what cannot. The damaged folder is only read.
 *
 * <p>An item counts whose checksum holds and that is known to be in use: a page that the tree names has it, or one that is not free, or
 * the index of ids or the view knows its number. What was deleted stands in a file until it is written over, and must not come back.
 */
final class Rescue {
    /** Items that are held against the view's rows before a view of another name is believed. */
    private static final int COMPARED = 100;

    private static final int GROUP = 1_024;
    private static final long GROUP_BYTES = 16L << 20;

    private final DamagedItems items;
    private final Space space;
    private final @Nullable RescuedView view;
    private final long sequence;

    /** Whether the view holds less than the items once did. */
    private final boolean behind;

    /** Whether what was deleted after the view's last write may be forgotten. */
    private final boolean forgotten;

    /** By id the place of its newest sound item. */
    private final Map<String, Long> newest = new HashMap<>();

    /** By id the number of its last write, as the index of ids has it. */
    private final Map<String, Long> indexed = new HashMap<>();

    /** Items that were read as they were last written. */
    private long latest;

    private final TreeMap<Long, DamagedItems.Place> read = new TreeMap<>();
    private final TreeMap<Long, RescuedView.Row> viewed = new TreeMap<>();
    private final List<String> fromView = new ArrayList<>();
    private final List<String> older = new ArrayList<>();
    private final TreeMap<Long, String> lost = new TreeMap<>();

    private Rescue(DamagedItems items, Space space, @Nullable RescuedView view) {
        this.items = items;
        this.space = space;
        this.view = view;
        DamagedItems.Generation told = items.generation();
        this.sequence = told == null ? items.lastSequence() : told.sequence();
        this.behind = view != null && view.sequence() < Math.max(sequence, items.lastSequence());
        this.forgotten = view != null && (told == null ? behind : view.sequence() < told.forgotten());
    }

    /**
     * @param to a folder that is not there yet
     * @param beside files that belong to the items, by their own names
     * @param known the space of vectors of so many values, as the bundle or somebody says; null where only the items do
     */
    static Rescued of(Path damaged, Path to, List<Path> beside, @Nullable IntFunction<Space> known, String owner) {
        Path file = damaged.resolve(Truth.FILE);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(file.toString());
            }
            try (WriterLock.Reading held = WriterLock.reading(damaged);
                    RescuedView view = RescuedView.open(damaged.resolve(Generation.VIEW));
                    DamagedPages pages = DamagedPages.open(file)) {
                DamagedItems items = DamagedItems.read(pages);
                if (items.items().isEmpty()
                        && items.generation() == null
                        && (view == null || view.rows().isEmpty())) {
                    throw new Refusal("holds nothing of Kindred's items", file.toString(), "restore a snapshot");
                }
                Space space = space(items, view, known, damaged);
                Rescue rescue = new Rescue(items, space, usable(items, view, space));
                rescue.decide();
                return rescue.save(to, beside, pages.logDamaged(), owner);
            }
        } catch (NoSuchFileException e) {
            throw new Refusal("holds no items", damaged.toString(), Truth.HOLDS_NONE, e);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be read (" + e.getMessage() + ")", damaged.toString(), "check who may read there", e);
        }
    }

    private static Space space(
            DamagedItems items, @Nullable RescuedView view, @Nullable IntFunction<Space> known, Path damaged) {
        DamagedItems.Generation told = items.generation();
        int dimension = !items.items().isEmpty() ? items.dimension() : view == null ? 0 : view.dimension();
        Space given = known == null || dimension == 0 ? null : known.apply(dimension);
        for (Space each : new Space[] {given, told == null ? null : told.space()}) {
            boolean isEmpty = items.items().isEmpty();
            if (each != null
                    && (dimension == 0 || dimension == each.dimension())
                    && (!isEmpty || view == null || view.isOf(each))) {
                return each;
            }
        }
        throw new Refusal(
                "does not tell any more of which space its items of " + dimension + " values are"
                        + (given == null ? "" : "; " + given.shortId() + " is another"),
                damaged.toString(),
                "put its bundle.kindred beside the items or, for vectors made elsewhere, name --space and --distance");
    }

    /** The view, where it is one of these items. */
    private static @Nullable RescuedView usable(DamagedItems items, @Nullable RescuedView view, Space space) {
        if (view == null || !view.isOf(space)) {
            return null;
        }
        DamagedItems.Generation told = items.generation();
        if (told != null && told.identity().equals(view.identity())) {
            return view;
        }
        if (told == null && items.items().isEmpty()) {
            return view;
        }
        // The name of the items may be what is damaged: what both hold tells.
        int compared = 0;
        for (Map.Entry<Long, RescuedView.Row> row : view.rows().entrySet()) {
            List<DamagedItems.Place> places = items.items().getOrDefault(row.getKey(), List.of());
            if (!places.isEmpty() && compared < COMPARED) {
                try {
                    Item item = items.item(row.getKey(), places.getFirst(), space);
                    if (!view.holds(row.getValue(), item, space.distance())) {
                        return null;
                    }
                    compared++;
                } catch (IOException | Refusal e) {
                    // One that cannot be read tells nothing.
                }
            }
        }
        return compared > 0 ? view : null;
    }

    private void decide() {
        items.ids().forEach((number, id) -> indexed.put(id, number));
        items.items().forEach((number, places) -> places.forEach(place -> consider(number, place)));
        if (view != null) {
            view.rows().forEach(this::consider);
        }
        items.ids().forEach((number, id) -> {
            Long known = newest.get(id);
            boolean there =
                    read.containsKey(number) || viewed.containsKey(number) || (known != null && known >= number);
            if (!there && !passed(number) && !items.isGone(id, number)) {
                lost.put(number, id);
            }
        });
        lost.values().removeIf(newest::containsKey);
    }

    /** Whether items may be lost that nothing names. A view is asked that is certainly of these items, and of all of them. */
    private boolean unnamed() {
        DamagedItems.Generation told = items.generation();
        boolean viewKnowsAll =
                view != null && told != null && told.identity().equals(view.identity()) && view.isWhole() && !behind;
        return !items.knowsAll() && !viewKnowsAll;
    }

    /** Whether an item that the view alone vouches for may be deleted since. */
    private boolean mayBeGone(String id, long number) {
        boolean unknown = (behind && !items.knowsGone()) || forgotten;
        return (unknown && indexed.getOrDefault(id, 0L) < number) || items.mayBeGone(id, number);
    }

    /** Whether an item was written anew since, or may be where the view alone vouches for it. */
    private boolean isOlder(String id, long number, boolean viewAlone) {
        return indexed.getOrDefault(id, 0L) > number
                || (viewAlone && behind && !id.equals(items.ids().get(number)));
    }

    /** The view is ahead where the log was cut: what it lacks by then was deleted or written anew. */
    private boolean passed(long number) {
        return view != null
                && view.isWhole()
                && view.sequence() > sequence
                && number <= view.sequence()
                && !view.rows().containsKey(number);
    }

    private void consider(long number, DamagedItems.Place place) {
        RescuedView.Row row = view == null ? null : view.rows().get(number);
        boolean certain = isCertain(number, place);
        boolean witnessed = row != null && row.id().equals(place.id());
        if ((certain || witnessed) && !passed(number) && !items.isGone(place.id(), number)) {
            if (!certain && mayBeGone(place.id(), number)) {
                lost.put(number, place.id());
                return;
            }
            Long before = newest.get(place.id());
            if (before == null || before < number) {
                if (before != null) {
                    read.remove(before);
                }
                newest.put(place.id(), number);
                read.put(number, place);
            }
        }
    }

    /** Whether the items themselves say that it is in use. */
    private boolean isCertain(long number, DamagedItems.Place place) {
        return place.proven() || place.id().equals(items.ids().get(number));
    }

    private void consider(long number, RescuedView.Row row) {
        Long there = newest.get(row.id());
        if ((there != null && there >= number) || items.isGone(row.id(), number)) {
            return;
        }
        if (mayBeGone(row.id(), number)) {
            lost.put(number, row.id());
            return;
        }
        if (there != null) {
            read.remove(there);
        }
        newest.put(row.id(), number);
        viewed.put(number, row);
    }

    private Rescued save(Path to, List<Path> beside, boolean logDamaged, String owner) {
        try {
            return NewFolder.make(to, part -> {
                List<String> notCopied = copy(beside, part);
                try (Truth truth = Truth.create(part, space, owner)) {
                    for (Map.Entry<String, String> setting : items.settings().entrySet()) {
                        if (!setting.getKey().equals(TruthFile.SPACE)
                                && Generation.isSetting(setting.getKey(), setting.getValue())) {
                            truth.set(setting.getKey(), setting.getValue());
                        }
                    }
                    write(truth);
                    truth.sync();
                }
                Rescued rescued = new Rescued(
                        space,
                        latest,
                        fromView,
                        older,
                        List.copyOf(lost.values()),
                        notCopied,
                        sequence,
                        view == null ? 0 : view.sequence(),
                        logDamaged,
                        unnamed());
                Files.writeString(part.resolve(Rescued.FILE), rescued.json(Integer.MAX_VALUE) + "\n");
                return rescued;
            });
        } catch (FileAlreadyExistsException e) {
            throw new Refusal("is there already", to.toString(), "name a new folder to rescue into", e);
        } catch (IOException | UncheckedIOException e) {
            throw new Refusal(
                    "cannot be written (" + e.getMessage() + ")",
                    to.toString(),
                    "check who may write there and that there is room",
                    e);
        }
    }

    /** Gives the names of those that cannot be read. */
    private static List<String> copy(List<Path> beside, Path part) throws IOException {
        List<String> notCopied = new ArrayList<>();
        for (Path each : beside) {
            String name = String.valueOf(each.getFileName());
            try {
                Files.copy(each, part.resolve(name));
            } catch (IOException e) {
                Files.deleteIfExists(part.resolve(name));
                notCopied.add(name);
            }
        }
        return notCopied;
    }

    /** In the order of their last writes. */
    private void write(Truth truth) {
        TreeSet<Long> order = new TreeSet<>(read.keySet());
        order.addAll(viewed.keySet());
        List<Item> group = new ArrayList<>();
        long bytes = 0;
        for (long number : order) {
            Item item = item(number);
            if (item == null) {
                continue;
            }
            group.add(item);
            bytes += 4L * item.vector().length + (item.source() == null ? 0 : item.source().length);
            if (group.size() == GROUP || bytes > GROUP_BYTES) {
                truth.addRelaxed(group);
                group.clear();
                bytes = 0;
            }
        }
        truth.addRelaxed(group);
    }

    /** Null, and lost, where it is none that the space could have. */
    private @Nullable Item item(long number) {
        DamagedItems.Place place = read.get(number);
        RescuedView.Row row = viewed.get(number);
        String id = place != null ? place.id() : row != null ? row.id() : "";
        try {
            if (place != null) {
                Item item = items.item(number, place, space);
                Vectors.require(space, item);
                if (isOlder(id, number, !isCertain(number, place))) {
                    older.add(id);
                } else {
                    latest++;
                }
                return item;
            }
            if (view == null || row == null) {
                throw new IllegalStateException("a number of neither");
            }
            Item item = view.item(row);
            Vectors.require(space, item);
            (isOlder(id, number, true) ? older : fromView).add(id);
            return item;
        } catch (IOException | Refusal e) {
            lost.put(number, id);
            return null;
        }
    }
}
