// How large a network of TensorFlow.js may be. Its loader makes what the file names before it looks at the weights.

/** Layers of one LayersModel or nested model; the largest of Keras has about a thousand. TensorFlow.js follows them by recursion. */
export const maximumLayers = 4096;

/** Models inside models. */
export const maximumNesting = 16;

/** Nodes of one GraphModel, and of the longest way through it. */
export const maximumNodes: number = 2 ** 16;
export const maximumDepth = 4096;

/** Length of one axis, or of a window, stride or padding. */
export const maximumLength: number = 2 ** 16;

/** Values of one input row: an image of 4096 x 4096 with four channels. */
export const maximumInputValues: number = 2 ** 26;
