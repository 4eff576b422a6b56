// The picture that is classified now: what people chose, made small enough to be quick, with dark and light swapped on request.

export type PictureSource = HTMLCanvasElement | HTMLVideoElement | ImageBitmap;

/** Photos come from cameras with many more pixels than a network takes. */
const largestSide = 512;

/**
 * A copy of an image on a canvas of its own.
 * @param invert Whether dark and light are swapped.
 */
export function copyPicture(source: PictureSource, invert: boolean): HTMLCanvasElement {
  const [width, height] =
    source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  const scale = Math.min(1, largestSide / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  if (invert) {
    // What is left of white after the image was taken from it.
    context.globalCompositeOperation = 'difference';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/**
 * Shows a picture as small as the network gets it.
 * @param grey Whether the network takes one channel.
 */
export function showSeen(target: HTMLCanvasElement, picture: HTMLCanvasElement, grey: boolean): void {
  const context = target.getContext('2d') as CanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.filter = grey ? 'grayscale(1)' : 'none';
  context.clearRect(0, 0, target.width, target.height);
  context.drawImage(picture, 0, 0, target.width, target.height);
}

/** @throws Error for a file that is no image which this browser reads. */
export async function readPicture(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    throw new Error('This file is not an image that the browser can read. Choose a JPEG, PNG or WebP file.', { cause });
  }
}
