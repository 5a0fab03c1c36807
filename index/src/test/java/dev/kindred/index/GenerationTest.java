package dev.kindred.index;

import dev.kindred.core.Space;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class GenerationTest extends VectorIndexContract {
    @TempDir
    Path dir;

    private int made;

    @Override
    VectorIndex empty(Space space) {
        return Generation.create(dir.resolve("items" + made++), space, Engine.exact(), "a test", 1);
    }
}
