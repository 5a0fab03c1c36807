package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
    @Test
    void aMistypedKeyIsToldFromOneThatIsWhole() {
        String key = ApiKey.make().reveal();
        assertThat(key).matches("kin_[0-9A-Za-z]{49}");
        assertThat(ApiKey.form(key)).isEqualTo(ApiKey.Form.WHOLE);
        for (int i = 4; i < key.length(); i++) {
            char other = key.charAt(i) == 'x' ? 'y' : 'x';
            String wrong = key.substring(0, i) + other + key.substring(i + 1);
            assertThat(ApiKey.form(wrong)).as(wrong).isEqualTo(ApiKey.Form.MISTYPED);
        }
        assertThat(ApiKey.form(key.substring(0, 52))).isEqualTo(ApiKey.Form.MISTYPED);
        assertThat(ApiKey.form(key + "x")).isEqualTo(ApiKey.Form.MISTYPED);
        assertThat(ApiKey.form("sk-" + key)).isEqualTo(ApiKey.Form.FOREIGN);
    }

    @Test
    void noTwoAreAlikeAndNoneShowsItself() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            assertThat(seen.add(ApiKey.make().reveal())).isTrue();
            assertThat(ApiKey.makeId()).matches("[0-9a-z]{10}");
        }
        ApiKey key = ApiKey.make();
        assertThat(key.toString()).doesNotContain(key.reveal().substring(4, 12));
        assertThat(ApiKey.withoutKeys("a " + key.reveal() + " b")).isEqualTo("a kin_… b");
        assertThat(ApiKey.withoutKeys("kin_folk")).isEqualTo("kin_folk");
    }
}
