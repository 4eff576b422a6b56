/**
 * Address of the example's bundle: a convolutional network for Fashion-MNIST with early exits, 28 x 28 grey pixels to ten kinds
 * of clothing.
 *
 * @example
 * const classifier = await loadClassifier(bundle, onnx(ort));
 */
export const bundle: URL = new URL('../bundle/', import.meta.url);
