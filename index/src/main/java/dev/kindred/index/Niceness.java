package dev.kindred.index;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads of the background give way to those that somebody waits for. Where all cores are busy, a writer that was woken by the disk
 * waits for a core else, some milliseconds each time, as long as merges use theirs up.
 *
 * <p>Linux alone has a niceness for each thread (sched(7), "The nice value"). Elsewhere, and where this module may call
 * nothing native, nothing is done. It cannot be taken back without a privilege.
 */
final class Niceness {
    /** More than usual: a third of the weight, enough to be passed, not so little that merges would never end beside busy searches. */
    static final int MORE = 5;

    private static final @Nullable MethodHandle NICE = find();

    private Niceness() {}

    private static @Nullable MethodHandle find() {
        if (!System.getProperty("os.name", "").equals("Linux")
                || !Niceness.class.getModule().isNativeAccessEnabled()) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("nice")
                .map(found ->
                        linker.downcallHandle(found, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))
                .orElse(null);
    }

    /** Makes the calling thread give way from now on, if it can. */
    static void giveWay() {
        if (NICE == null) {
            return;
        }
        try {
            // A refusal leaves it as it was, which is no fault.
            int ignored = (int) NICE.invokeExact(MORE);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("nice threw", e);
        }
    }
}
