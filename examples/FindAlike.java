// java -cp 'cli/target/dist/lib/*' --add-modules jdk.incubator.vector examples/FindAlike.java BUNDLE INDEX PICTURE
import dev.kindred.encode.Bundle;
import dev.kindred.index.ExactIndex;
import dev.kindred.media.Pictures;

void main(String[] args) {
    try (var encoder = Bundle.open(Path.of(args[0])).encoder();
            var index = ExactIndex.open(Path.of(args[1]))) {
        var query = encoder.embed(Pictures.read(Path.of(args[2])));
        index.search(query, 10).neighbors().forEach(n -> IO.println(n.score() + "  " + n.id()));
    }
}
