// Pixels of images, as the network was trained on them: fitted to its size and channels, and normalised.

export { checkPixels, type Pixels } from './pixels.ts';
export { convertChannels, type FitTarget, fitPixels, type Resize } from './fit-pixels.ts';
export { normalisePixels } from './normalise-pixels.ts';
