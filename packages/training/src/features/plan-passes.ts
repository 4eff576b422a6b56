// How rows move through the backbone. In a pass, every batch of rows goes through several segments before the next batch
// begins. Of the cuts in between only the input of the ICs is stored, which is often small: most heads begin with a pool.
// The features themselves are stored where a pass ends and the next one begins.

/** Bytes per row at one cut. */
export interface CutBytes {
  /** Of the tensors that cross the cut: what the next segment reads. */
  readonly boundary: number;
  /** Of the input of the ICs; 0 if none is trained here. */
  readonly cached: number;
  /** Whether the ICs read the first boundary tensor itself, so that a stored boundary serves both. */
  readonly isBoundary: boolean;
}

/** Consecutive segments, both included. The segment after the last cut has the number of cuts as its index. */
export interface Pass {
  readonly first: number;
  readonly last: number;
}

export interface PassPlan {
  /** They cover every segment once, in order. */
  readonly passes: readonly Pass[];
  /** Most bytes that are stored at one time. */
  readonly peakBytes: number;
}

export interface PlanPassesOptions {
  readonly rows: number;
  /** One entry per cut. */
  readonly cuts: readonly CutBytes[];
  /** Bytes of the backbone's own logits that the last pass stores. */
  readonly logitsBytes: number;
  /** Bytes that fit in memory. */
  readonly memoryLimit: number;
}

/** Fewer passes may store this much more than the fewest bytes. */
const allowance = 1.1;

/**
 * Chooses the fewest passes that fit in memory. Where no choice fits, the fewest that store hardly more bytes at a time
 * than any other choice.
 * A pass over all segments computes everything once and stores no features between segments. More passes pay where
 * heads read whole feature maps.
 */
export function planPasses({ rows, cuts, logitsBytes, memoryLimit }: PlanPassesOptions): PassPlan {
  const bytesOf = passBytes(cuts, rows, logitsBytes);
  const segments = cuts.map((_, segment) => segment).concat(cuts.length);
  const sizes = segments.flatMap((first) => segments.slice(first).map((last) => bytesOf({ first, last })));
  const larger = [...new Set(sizes.filter((size) => size > memoryLimit))].sort((a, b) => a - b);
  const within = (limit: number): readonly Pass[] | null => fewestPasses(cuts.length, (pass) => bytesOf(pass) <= limit);
  const fewestBytes = larger.find((limit) => within(limit) !== null);
  const passes = within(memoryLimit) ?? (fewestBytes === undefined ? null : within(fewestBytes * allowance));
  if (passes === null) throw new Error('internal: no plan of passes within the largest of them');
  return { passes, peakBytes: Math.max(...passes.map(bytesOf)) };
}

/** Bytes that are stored when a pass ends. The boundary before it is freed by then. */
function passBytes(cuts: readonly CutBytes[], rows: number, logitsBytes: number): (pass: Pass) => number {
  return ({ first, last }) => {
    const between = cuts.slice(first, last).reduce((sum, { cached }) => sum + cached, 0);
    const end = cuts[last];
    if (end === undefined) return rows * between + logitsBytes;
    return rows * (between + end.boundary + (end.isBoundary ? 0 : end.cached));
  };
}

/**
 * Makes each pass as long as it may be. That gives the fewest, because a pass that begins later stores less.
 * @returns null if even a single segment does not fit.
 */
function fewestPasses(cuts: number, fits: (pass: Pass) => boolean): readonly Pass[] | null {
  const passes: Pass[] = [];
  for (let first = 0; first <= cuts; ) {
    let last = cuts;
    while (last >= first && !fits({ first, last })) last--;
    if (last < first) return null;
    passes.push({ first, last });
    first = last + 1;
  }
  return passes;
}
