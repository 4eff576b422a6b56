// Limits on the size of a network of TensorFlow.js. The loader allocates what the file names before it reads the
// weights.

/**
 * Layers of one LayersModel or nested model. The largest model of Keras has about a thousand. TensorFlow.js visits them
 * recursively.
 */
export const maximumLayers = 4096;

/** Depth of nested models. */
export const maximumNesting = 16;

/** Nodes of one GraphModel, and nodes on its longest path. */
export const maximumNodes: number = 2 ** 16;
export const maximumDepth = 4096;

/** Length of one axis, or of a window, stride or padding. */
export const maximumLength: number = 2 ** 16;

/** Values of one input row: an image of 4096 x 4096 with four channels. */
export const maximumInputValues: number = 2 ** 26;
