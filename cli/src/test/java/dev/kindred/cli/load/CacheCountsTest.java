package dev.kindred.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheCountsTest {
    private static final String METRICS = """
        # HELP kindred_cache_total Contents looked up among remembered embeddings.
        # TYPE kindred_cache_total counter
        kindred_cache_total{collection="a",outcome="hit",release="0 } 1"} 30.0
        kindred_cache_total{collection="a",outcome="joined",release="r1"} 2.0 # {trace_id="b"} 1.0 1.7
        kindred_cache_total{collection="a",outcome="miss",release="r1"} 10.0
        kindred_cache_total{collection="a",outcome="hit",release="r2"} 5.0
        kindred_cache_total{collection="b",outcome="hit",release="r1"} 1.0E3
        kindred_cache_bytes 77.0
        """;

    @Test
    void isReadByCollectionAndInAll() {
        assertThat(CacheCounts.parse(METRICS, "a")).contains(new CacheCounts(35, 10, 2));
        assertThat(CacheCounts.parse(METRICS, null)).contains(new CacheCounts(1035, 10, 2));
    }

    @Test
    void whatIsNotToldIsNotZero() {
        assertThat(CacheCounts.parse(METRICS, "c")).isEmpty();
        assertThat(CacheCounts.parse("{\"error\": 1}", null)).isEmpty();
        assertThat(CacheCounts.parse("kindred_cache_total{outcome=\"hit\"} many\n", null))
                .isEqualTo(Optional.empty());
    }

    @Test
    void whatWasSparedIsAShareOfAllThatWasLookedUp() {
        CacheCounts during = new CacheCounts(35, 110, 12).since(new CacheCounts(5, 40, 2));
        assertThat(during).isEqualTo(new CacheCounts(30, 70, 10));
        assertThat(during.spared()).isEqualTo(40);
        assertThat(during.sparedShare()).isCloseTo(0.4, within(1e-12));
        assertThat(new CacheCounts(0, 0, 0).sparedShare()).isZero();
    }
}
