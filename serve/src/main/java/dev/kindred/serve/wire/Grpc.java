package dev.kindred.serve.wire;

import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.Problem;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** How Kindred's problems are said in gRPC. */
final class Grpc {
    /** What the addresses of the inference service begin with. */
    static final String SERVICE = "/inference.GRPCInferenceService/";

    private Grpc() {}

    static Status.Code code(Problem problem) {
        return switch (problem.status().code()) {
            case 401 -> Status.Code.UNAUTHENTICATED;
            case 403 -> Status.Code.PERMISSION_DENIED;
            case 404 -> Status.Code.NOT_FOUND;
            case 409 -> Status.Code.FAILED_PRECONDITION;
            case 413, 429 -> Status.Code.RESOURCE_EXHAUSTED;
            case 408 -> Status.Code.DEADLINE_EXCEEDED;
            case 499 -> Status.Code.CANCELLED;
            case 503 ->
                switch (problem.kind()) {
                    case "timeout", "deadline" -> Status.Code.DEADLINE_EXCEEDED;
                    default -> Status.Code.UNAVAILABLE;
                };
            default -> problem.status().code() < 500 ? Status.Code.INVALID_ARGUMENT : Status.Code.INTERNAL;
        };
    }

    static Status status(Problem problem) {
        return code(problem).toStatus().withDescription(Dialect.placed(problem));
    }

    /**
     * What is looked at before a call is read: its deadline, and that its binary headers are such, which the library would fail at.
     *
     * @throws Problem where one is none
     */
    static void begin(ServiceRequestContext context) {
        shorten(context);
        context.request().headers().forEach((name, value) -> {
            if (name.toString().endsWith("-bin")) {
                requireBinary(name.toString(), value);
            }
        });
    }

    private static void requireBinary(String name, String value) {
        try {
            for (String each : value.split(",", -1)) {
                Base64.getDecoder().decode(each);
            }
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("this is not base64", Names.cut(name), "headers that end in -bin are base64");
        }
    }

    /**
     * Ends a request when its client's deadline does ({@code grpc-timeout}), where that is before the server's own.
     *
     * @throws Problem where the deadline is none
     */
    private static void shorten(ServiceRequestContext context) {
        String stated = context.request().headers().get("grpc-timeout");
        if (stated == null) {
            return;
        }
        int digits = stated.length() - 1;
        if (digits < 1 || digits > 8 || !stated.substring(0, digits).chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw noDeadline();
        }
        long count = Long.parseLong(stated.substring(0, digits));
        TimeUnit unit = switch (stated.charAt(digits)) {
            case 'H' -> TimeUnit.HOURS;
            case 'M' -> TimeUnit.MINUTES;
            case 'S' -> TimeUnit.SECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'n' -> TimeUnit.NANOSECONDS;
            default -> throw noDeadline();
        };
        long millis = Math.max(1, unit.toMillis(count));
        long own = context.requestTimeoutMillis();
        if (own == 0 || millis < own) {
            context.setRequestTimeoutMillis(TimeoutMode.SET_FROM_NOW, millis);
        }
    }

    private static Problem noDeadline() {
        return Problem.badRequest(
                "this is no time", "grpc-timeout", "give up to eight digits and one of H, M, S, m, u, n");
    }

    /** Percent-encoded as gRPC over HTTP/2 has {@code grpc-message}: printable ASCII but for the per cent sign stands as it is. */
    static String escaped(String message) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < 0x7F && b != '%') {
                escaped.append((char) b);
            } else {
                escaped.append('%')
                        .append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xF, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 0xF, 16)));
            }
        }
        return escaped.toString();
    }
}
