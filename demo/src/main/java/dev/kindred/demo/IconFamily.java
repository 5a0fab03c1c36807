package dev.kindred.demo;

import java.util.List;

/**
 * The icon families the demo runs on: free icon fonts, each drawn by one hand (a person or a team), as packed by Ikonli. The older
 * {@code materialdesign} pack is left out: it is an earlier edition of {@link #MATERIALDESIGN2}'s artwork.
 */
public enum IconFamily {
    ANTDESIGNICONS("Ant Design Icons 4.0", "MIT", "https://github.com/ant-design/ant-design-icons"),
    BOOTSTRAPICONS("Bootstrap Icons 1.4.1", "MIT", "https://github.com/twbs/icons"),
    BOXICONS("Boxicons 2.0.7", "CC-BY-4.0 (icons), OFL-1.1 (font)", "https://github.com/atisawd/boxicons"),
    CARBONICONS("Carbon Icons 10.23.2", "Apache-2.0", "https://github.com/carbon-design-system/carbon"),
    CODICONS("Codicons 0.0.12", "CC-BY-4.0", "https://github.com/microsoft/vscode-codicons"),
    COREUI(
            "CoreUI Icons Free 2.0.0-beta.5",
            "CC-BY-4.0 (icons), OFL-1.1 (font)",
            "https://github.com/coreui/coreui-icons"),
    ENTYPO("Entypo 1.0 by Daniel Bruce", "CC-BY-SA-4.0", "http://www.entypo.com"),
    EVAICONS("Eva Icons 1.1.3", "MIT", "https://github.com/akveo/eva-icons"),
    FEATHER("Feather 4.28", "MIT", "https://github.com/feathericons/feather"),
    FLUENTUI("Fluent UI System Icons 1.1.74", "MIT", "https://github.com/microsoft/fluentui-system-icons"),
    FONTAWESOME5(
            "Font Awesome Free 5.15.3",
            "CC-BY-4.0 (icons), OFL-1.1 (font)",
            "https://github.com/FortAwesome/Font-Awesome"),
    IONICONS4("Ionicons 4.1.2", "MIT", "https://github.com/ionic-team/ionicons"),
    MATERIALDESIGN2(
            "Material Design Icons 5.8.55",
            "Apache-2.0 (Pictogrammers free licence)",
            "https://materialdesignicons.com"),
    OCTICONS("Octicons 14.2.2", "MIT", "https://github.com/primer/octicons"),
    REMIXICON("Remix Icon 2.5.0", "Apache-2.0", "https://github.com/Remix-Design/RemixIcon"),
    TYPICONS("Typicons 2.0.7 by Stephen Hutchings", "OFL-1.1", "https://github.com/stephenhutchings/typicons.font"),
    UNICONS("Unicons 2020-11-06 by Iconscout", "Apache-2.0", "https://github.com/Iconscout/unicons"),
    ZONDICONS("Zondicons 2017-07-12 by Steve Schoger", "CC-BY-4.0", "http://www.zondicons.com");

    private final String title;
    private final String licence;
    private final String source;

    IconFamily(String title, String licence, String source) {
        this.title = title;
        this.licence = licence;
        this.source = source;
    }

    /** The name in ids and files, which is the pack's name at Ikonli: {@code feather}. */
    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The font's own name and edition. */
    public String title() {
        return title;
    }

    /** The licence of the drawings. */
    public String licence() {
        return licence;
    }

    /** Where the drawings come from. */
    public String source() {
        return source;
    }

    /** All of them, in the order of their names. */
    public static List<IconFamily> all() {
        return List.of(values());
    }

    /** Eight families for a demo under a minute: general-purpose sets of different hands that share many names. */
    public static List<IconFamily> quick() {
        return List.of(BOOTSTRAPICONS, BOXICONS, COREUI, EVAICONS, FEATHER, FONTAWESOME5, IONICONS4, TYPICONS);
    }
}
