package dev.kindred.train;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.kindred.core.Refusal;

/** Starts the PyTorch engine of this process: how many threads, on which device, and without a call to the outside. */
public final class Torch {
    private Torch() {}

    /**
     * To be called once, before any other use of the engine, which reads these settings when it loads.
     *
     * @param threads of one operation; operations run one after the other
     * @param device {@code auto}, {@code cpu} or {@code cuda}
     */
    public static Device start(int threads, String device) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // The engine logs through SLF4J, which else complains on standard error that nobody listens.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine engine = Engine.getEngine("PyTorch");
        boolean cuda = engine.getGpuCount() > 0;
        return switch (device) {
            case "cpu" -> Device.cpu();
            case "auto" -> cuda ? Device.gpu() : Device.cpu();
            case "cuda" -> {
                if (!cuda) {
                    throw new Refusal(
                            "PyTorch finds no CUDA device here",
                            "--device",
                            "use --device cpu, or auto to take what there is");
                }
                yield Device.gpu();
            }
            default -> throw new Refusal("there is no device '" + device + "'", "--device", "use auto, cpu or cuda");
        };
    }
}
