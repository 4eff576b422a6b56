// Resampling with an antialiased bilinear (triangle) filter, the kernel that images are trained with: each output pixel
// is the mean of the source pixels around its centre, with weights that fall linearly and reach further the more an
// image is shrunk. Plain arithmetic, so that training, Node, browsers and workers get the same pixels.

/** Where the pixels of one axis of the result lie in the source. */
export interface ResampledAxis {
  /** Pixels of the source. */
  readonly source: number;
  /** Pixels of the result. */
  readonly target: number;
  /** Source pixels per pixel of the result. */
  readonly step: number;
  /** Position in the source of the left edge of the result's first pixel. */
  readonly start: number;
}

/** Source pixels and weights of each pixel of a result, one after the other. */
interface Taps {
  /** First source pixel of each result pixel. */
  readonly first: Int32Array;
  /** Where the weights of each result pixel begin; one more entry than pixels. */
  readonly begin: Int32Array;
  /** Those of one result pixel sum to 1. */
  readonly weights: Float32Array;
}

/**
 * Resamples an image along both axes.
 * @param pixels `[vertical.source, horizontal.source, stride]`.
 * @param stride Values per source pixel.
 * @param channels How many of them are used, from the first.
 * @returns `[vertical.target, horizontal.target, channels]`, rounded to 8 bits.
 */
export function resizePixels(
  pixels: Uint8Array | Uint8ClampedArray,
  stride: number,
  channels: 1 | 3,
  horizontal: ResampledAxis,
  vertical: ResampledAxis,
): Uint8Array {
  const across = tapsOf(horizontal);
  const down = tapsOf(vertical);
  const rowValues = horizontal.target * channels;
  const result = new Uint8Array(vertical.target * rowValues);
  // Narrowed source rows. Consecutive result rows read overlapping ones, so each is made once and kept while needed.
  const narrowed = new Map<number, Float32Array>();
  const sum = new Float32Array(rowValues);
  for (let y = 0; y < vertical.target; y++) {
    const first = down.first[y] as number;
    const begin = down.begin[y] as number;
    const end = down.begin[y + 1] as number;
    let spare: Float32Array | undefined;
    for (const [row, values] of narrowed) {
      if (row >= first) break;
      narrowed.delete(row);
      spare = values;
    }
    sum.fill(0.5);
    for (let tap = begin; tap < end; tap++) {
      const sourceRow = first + tap - begin;
      let values = narrowed.get(sourceRow);
      if (values === undefined) {
        values = spare ?? new Float32Array(rowValues);
        spare = undefined;
        narrowRow(pixels, sourceRow * horizontal.source * stride, stride, channels, across, values);
        narrowed.set(sourceRow, values);
      }
      const weight = down.weights[tap] as number;
      for (let index = 0; index < rowValues; index++) {
        sum[index] = (sum[index] as number) + weight * (values[index] as number);
      }
    }
    // The half that was added above makes the truncation of the array a rounding.
    result.set(sum, y * rowValues);
  }
  return result;
}

/** Resamples one row of the source horizontally. */
function narrowRow(
  pixels: Uint8Array | Uint8ClampedArray,
  rowStart: number,
  stride: number,
  channels: 1 | 3,
  { first, begin, weights }: Taps,
  target: Float32Array,
): void {
  let write = 0;
  for (let x = 0; x < first.length; x++) {
    const end = begin[x + 1] as number;
    let read = rowStart + (first[x] as number) * stride;
    if (channels === 1) {
      let sum = 0;
      for (let tap = begin[x] as number; tap < end; tap++, read += stride) {
        sum += (weights[tap] as number) * (pixels[read] as number);
      }
      target[write++] = sum;
      continue;
    }
    // Three sums in one pass: the pixels of a large image are read once.
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let tap = begin[x] as number; tap < end; tap++, read += stride) {
      const weight = weights[tap] as number;
      red += weight * (pixels[read] as number);
      green += weight * (pixels[read + 1] as number);
      blue += weight * (pixels[read + 2] as number);
    }
    target[write++] = red;
    target[write++] = green;
    target[write++] = blue;
  }
}

function tapsOf({ source, target, step, start }: ResampledAxis): Taps {
  // Enlarging interpolates between neighbours; shrinking averages over all pixels that the result's pixel covers.
  const reach = Math.max(1, step);
  const first = new Int32Array(target);
  const begin = new Int32Array(target + 1);
  const weights: number[] = [];
  for (let position = 0; position < target; position++) {
    const centre = start + (position + 0.5) * step;
    const from = Math.min(source - 1, Math.max(0, Math.floor(centre - reach + 0.5)));
    const to = Math.max(from + 1, Math.min(source, Math.floor(centre + reach + 0.5)));
    const raw: number[] = [];
    for (let pixel = from; pixel < to; pixel++) raw.push(Math.max(0, 1 - Math.abs(pixel + 0.5 - centre) / reach));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    first[position] = from;
    for (const weight of raw) weights.push(total > 0 ? weight / total : 1 / raw.length);
    begin[position + 1] = weights.length;
  }
  return { first, begin, weights: Float32Array.from(weights) };
}
