package dev.kindred.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Takes the launcher's filter off standard error. The JVM's one line about its incubating vector module comes before any of our code
 * runs, so the launcher starts the process with a filter in place and the real stream kept under another number.
 */
final class StandardError {
    private StandardError() {}

    /** Makes descriptor 2 the stream that the launcher kept, if it kept one; where that fails the filter stays, which only copies. */
    static void restore() {
        Integer kept = Integer.getInteger("kindred.stderr");
        if (kept == null) {
            return;
        }
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle dup2 = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("dup2"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int ignored = (int) dup2.invokeExact((int) kept, 2);
        } catch (Throwable e) {
            if (e instanceof VirtualMachineError fatal) {
                throw fatal;
            }
        }
    }
}
