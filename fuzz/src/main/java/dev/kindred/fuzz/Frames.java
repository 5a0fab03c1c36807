package dev.kindred.fuzz;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a server says over HTTP/2, stream by stream: header blocks, bodies, trailers (RFC 9113). */
final class Frames {
    private static final int PADDED = 8;
    private static final int PRIORITIZED = 0x20;
    private static final int MOST_HEADERS = 1 << 20;

    private final InputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, MOST_HEADERS);
    private final Map<Integer, Stream> open = new HashMap<>();

    /** One stream's reply while it comes. */
    private static final class Stream {
        final Map<String, String> headers = new LinkedHashMap<>();
        final ByteArrayOutputStream block = new ByteArrayOutputStream();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        int code;
        boolean ends;
    }

    Frames(InputStream in) {
        this.in = in;
        try {
            // Whatever a client's own settings said of the table.
            decoder.maxHeaderTableSize(0xFFFFFFFFL);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads to the end of so many streams, the refusal of one or of the connection, or the connection's end; what had come by then of a
     * stream is told too.
     */
    void read(List<Reply> replies, int streams) throws IOException {
        for (int over = 0; over < streams; ) {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                return;
            }
            int length = (head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | head[2] & 0xFF;
            byte[] payload = in.readNBytes(length);
            if (payload.length < length) {
                return;
            }
            int flags = head[4] & 0xFF;
            int id = (head[5] & 0x7F) << 24 | (head[6] & 0xFF) << 16 | (head[7] & 0xFF) << 8 | head[8] & 0xFF;
            boolean ended = take(head[3], flags, id, payload);
            if (ended) {
                tell(id, replies);
                over++;
            }
            if (head[3] == Http2.GOAWAY) {
                List.copyOf(open.keySet()).forEach(each -> tell(each, replies));
                return;
            }
        }
    }

    /** @return whether the stream is over */
    private boolean take(int type, int flags, int id, byte[] payload) {
        Stream stream = open.computeIfAbsent(id, _ -> new Stream());
        switch (type) {
            case Http2.HEADERS, Http2.CONTINUATION -> {
                stream.ends |= type == Http2.HEADERS && (flags & Http2.END_STREAM) != 0;
                stream.block.writeBytes(
                        type == Http2.HEADERS ? bare(payload, flags, (flags & PRIORITIZED) == 0 ? 0 : 5) : payload);
                if ((flags & Http2.END_HEADERS) != 0) {
                    headers(stream, id);
                    return stream.ends;
                }
                return false;
            }
            case Http2.DATA -> {
                stream.body.writeBytes(bare(payload, flags, 0));
                return (flags & Http2.END_STREAM) != 0;
            }
            case Http2.RST_STREAM -> {
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    private static byte[] bare(byte[] payload, int flags, int before) {
        boolean padded = (flags & PADDED) != 0 && payload.length > 0;
        int from = Math.min(payload.length, before + (padded ? 1 : 0));
        return Arrays.copyOfRange(payload, from, Math.max(from, payload.length - (padded ? payload[0] & 0xFF : 0)));
    }

    private void headers(Stream stream, int id) {
        try {
            Http2Headers block = decoder.decodeHeaders(id, Unpooled.wrappedBuffer(stream.block.toByteArray()));
            block.forEach(header -> stream.headers.put(
                    header.getKey().toString(), header.getValue().toString()));
            stream.code = Integer.parseInt(stream.headers.getOrDefault(":status", "0"));
        } catch (Http2Exception | NumberFormatException e) {
            stream.code = 0;
        }
        stream.block.reset();
    }

    private void tell(int id, List<Reply> replies) {
        Stream stream = open.remove(id);
        if (stream != null && !stream.headers.isEmpty()) {
            replies.add(new Reply(stream.code, stream.headers, stream.body.toByteArray(), false));
        }
    }
}
