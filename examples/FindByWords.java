// java -cp 'cli/target/dist/lib/*' --add-modules jdk.incubator.vector examples/FindByWords.java BUNDLE INDEX TEXT
import dev.kindred.encode.Bundle;
import dev.kindred.index.ExactIndex;

void main(String[] args) {
    try (var encoder = Bundle.open(Path.of(args[0])).encoder("query");
            var index = ExactIndex.open(Path.of(args[1]))) {
        var query = encoder.embed(args[2]);
        index.search(query, 10).neighbors().forEach(n -> IO.println(n.score() + "  " + n.id()));
    }
}
