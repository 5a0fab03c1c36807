package dev.kindred.demo;

import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import java.util.List;

/** Icons drawn once for all tests. */
final class Drawn {
    /** Five families: small, and of different hands. */
    static final List<IconFamily> FAMILIES = List.of(
            IconFamily.COREUI, IconFamily.EVAICONS, IconFamily.FEATHER, IconFamily.TYPICONS, IconFamily.ZONDICONS);

    static final List<Icon> ICONS;
    static final Hands HANDS;

    static {
        try (Workers workers = Workers.of(2)) {
            ICONS = Icons.draw(workers, Progress.SILENT, FAMILIES);
            HANDS = Hands.of(workers, ICONS);
        }
    }

    private Drawn() {}
}
