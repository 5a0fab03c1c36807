package dev.kindred.cli;

import dev.kindred.core.Refusal;
import picocli.CommandLine.Option;

/** Where a network runs. */
final class DeviceOption {
    enum Device {
        auto,
        cpu,
        cuda
    }

    @Option(names = "--device", paramLabel = "D", description = "auto, cpu or cuda. Default: auto.")
    Device device = Device.auto;

    /** This build carries the processor's natives only. */
    void require() {
        if (device == Device.cuda) {
            throw new Refusal(
                    "this build runs on the processor alone", "--device cuda", "use --device cpu, or leave it out");
        }
    }
}
