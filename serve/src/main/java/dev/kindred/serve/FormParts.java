package dev.kindred.serve;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.multipart.AggregatedBodyPart;
import com.linecorp.armeria.common.multipart.MimeParsingException;
import com.linecorp.armeria.common.multipart.Multipart;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.common.util.Exceptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The parts of a form (RFC 7578). How many there are, and how long what stands before each one's content is, is known before any is made:
 * a part of a few bytes takes hundreds of bytes of memory, and so does a line of its head.
 */
final class FormParts {
    /** Parts beyond this are no request of ours. */
    private static final int MOST = 256;
    /** Bytes of a part's head: its name and its file's. */
    private static final int LONGEST_HEAD = 2 << 10;

    private FormParts() {}

    /**
     * Reads them; waits.
     *
     * @param boundary as the request's content type says it
     * @throws Problem 400 where they are too many, a head is too long, or it is no form
     */
    static List<AggregatedBodyPart> of(byte[] form, String boundary) {
        bound(form, ("--" + boundary).getBytes(StandardCharsets.UTF_8));
        try {
            return Multipart.from(boundary, StreamMessage.of(HttpData.wrap(form)))
                    .aggregate()
                    .join()
                    .bodyParts();
        } catch (CompletionException e) {
            if (Exceptions.peel(e) instanceof MimeParsingException) {
                throw Problem.badRequest(
                        "the form cannot be read", "body", "part it by its boundary, as RFC 7578 has it");
            }
            throw e;
        }
    }

    /** Every delimiter counts, also one within a line, which no content may have. */
    private static void bound(byte[] form, byte[] delimiter) {
        int count = 0;
        for (int at = next(form, delimiter, 0); at >= 0; at = next(form, delimiter, at)) {
            at += delimiter.length;
            boolean last = at + 1 < form.length && form[at] == '-' && form[at + 1] == '-';
            // The last one's line comes after so many parts.
            if (++count > MOST + 1 || (count > MOST && !last)) {
                throw Problem.badRequest("there are more than " + MOST + " parts", "body", "send fewer at once");
            }
            if (!last && !hasShortHead(form, at)) {
                throw Problem.badRequest(
                        "what stands before a part's content is longer than " + LONGEST_HEAD + " bytes",
                        "body",
                        "give it a Content-Disposition and a Content-Type alone");
            }
        }
    }

    private static int next(byte[] form, byte[] delimiter, int from) {
        byte first = delimiter[0];
        for (int at = from; at <= form.length - delimiter.length; at++) {
            if (form[at] == first && isAt(form, delimiter, at)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isAt(byte[] form, byte[] delimiter, int at) {
        for (int i = 1; i < delimiter.length; i++) {
            if (form[at + i] != delimiter[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether an empty line ends it soon, or the form itself does. */
    private static boolean hasShortHead(byte[] form, int from) {
        int end = from + LONGEST_HEAD;
        if (form.length <= end) {
            return true;
        }
        for (int i = from; i < end; i++) {
            if (form[i] == '\n' && (form[i + 1] == '\n' || (form[i + 1] == '\r' && form[i + 2] == '\n'))) {
                return true;
            }
        }
        return false;
    }
}
