/**
 * What clients already speak: OpenAI's embeddings, text-embeddings-inference, the Open Inference Protocol v2 over REST and gRPC, and the
 * document that says how everything is called.
 */
@NullMarked
package dev.kindred.serve.wire;

import org.jspecify.annotations.NullMarked;
