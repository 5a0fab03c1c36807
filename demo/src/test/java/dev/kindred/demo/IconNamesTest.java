package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IconNamesTest {
    private static final IconNames NAMES = IconNames.bundled();

    @ParameterizedTest
    @CsvSource({
        // style words and variants
        "feather, fth-trash-2, trash, plain",
        "evaicons, eva-trash-2-outline, trash, outline",
        "remixicon, remixal-delete-bin-2-line, trash, outline",
        "fontawesome5, fas-trash-alt, trash, solid",
        "fontawesome5, far-trash-alt, trash, outline",
        "materialdesign2, mdi2t-trash-can-outline, trash, outline",
        "fluentui, fltfal-delete-24, trash, solid",
        "ionicons4, ion4-ios-trash, trash, ios",
        "bootstrapicons, bi-cart4, cart, plain",
        "octicons, oct-trash-16, trash, plain",
        // synonyms
        "entypo, enty-magnifying-glass, search, plain",
        "materialdesign2, mdi2m-magnify-plus-outline, search-plus, outline",
        "feather, fth-zoom-in, search-plus, plain",
        "materialdesign2, mdi2c-cog, settings, plain",
        "codicons, codicon-gear, settings, plain",
        "bootstrapicons, bi-house-fill, home, solid",
        "fontawesome5, fas-envelope, mail, solid",
        "fontawesome5, fas-times-circle, circle-x, solid",
        "evaicons, eva-close-circle-outline, circle-x, outline",
        "materialdesign2, mdi2a-account-plus, user-plus, plain",
        "evaicons, eva-person-add, user-plus, plain",
        "typicons, typ-lock-open-outline, unlock, outline",
        // word order
        "feather, fth-arrow-left-circle, arrow-circle-left, plain",
        "boxicons, bxs-left-arrow-circle, arrow-circle-left, solid",
        "feather, fth-bar-chart-2, bar-chart, plain",
        "coreui, cil-chart-line, chart-line, plain",
        // one word, another picture
        "feather, fth-delete, backspace, plain",
        "fluentui, fltral-alert-24, bell, outline",
        "feather, fth-alert-circle, circle-exclamation, plain",
        "ionicons4, ion4-ios-arrow-down, chevron-down, ios",
        "ionicons4, ion4-md-arrow-down, arrow-down, material",
        "zondicons, zondi-close-outline, circle-x, plain",
        "zondicons, zondi-bookmark-outline, bookmark, plain",
        // what counts is kept
        "carbonicons, ci-number-3, 3-number, plain",
        "unicons, unil-dice-five, dice-five, outline",
    })
    void readsNames(String family, String description, String name, String style) {
        IconNames.Named named = NAMES.read(IconFamily.valueOf(family.toUpperCase(Locale.ROOT)), description)
                .orElseThrow();
        assertThat(named.name()).isEqualTo(name);
        assertThat(named.style()).isEqualTo(style);
    }

    @ParameterizedTest
    @CsvSource({
        "fontawesome5, fab-github",
        "boxicons, bxl-visa",
        "ionicons4, ion4-logo-usd",
        "typicons, typ-social-flickr-circular",
        "feather, fth-github",
        "entypo, enty-facebook-with-circle",
        "carbonicons, ci-logo-quora",
        "unicons, unim-arrow-circle-left",
    })
    void leavesOutBrandsAndBlots(String family, String description) {
        assertThat(NAMES.read(IconFamily.valueOf(family.toUpperCase(Locale.ROOT)), description))
                .isEmpty();
    }

    @Test
    void sizesOfOneDrawingShareIt() {
        IconNames.Named small =
                NAMES.read(IconFamily.FLUENTUI, "fltfal-bookmark-16").orElseThrow();
        IconNames.Named large =
                NAMES.read(IconFamily.FLUENTUI, "fltfal-bookmark-28").orElseThrow();
        IconNames.Named outline =
                NAMES.read(IconFamily.FLUENTUI, "fltral-bookmark-28").orElseThrow();
        assertThat(small.drawing()).isEqualTo(large.drawing()).isNotEqualTo(outline.drawing());
        assertThat(small.key()).isEqualTo("solid-bookmark-16");
        assertThat(large.size()).isEqualTo(28);
    }

    @Test
    void aRuleThatContradictsAnotherIsNamed() {
        assertThatThrownBy(() -> NameRules.parse("trash <- bin\nbucket <- bin"))
                .hasMessageContaining("line 2")
                .hasMessageContaining("trash already");
        assertThatThrownBy(() -> NameRules.parse("plumage: trash <- bin")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> NameRules.parse("\nwhatever this is")).hasMessageContaining("line 2");
    }
}
