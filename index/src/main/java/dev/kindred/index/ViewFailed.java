package dev.kindred.index;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Why there is no view to search at the moment; the items are whole, and it is made anew of them. */
final class ViewFailed extends IOException {
    private static final long serialVersionUID = 1;

    ViewFailed(@Nullable Throwable cause) {
        super(Damage.told(cause), cause);
    }
}
