/** Encoder architectures as values, the ONNX writer, preprocessing, the bundle and the ONNX Runtime encoder. */
@NullMarked
package dev.kindred.encode;

import org.jspecify.annotations.NullMarked;
