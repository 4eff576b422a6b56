// How many bytes of features are in memory, against the limit that the user set.

export interface MemoryBudget {
  readonly limit: number;
  /** Takes the bytes if at least `leaving` bytes stay free afterwards; returns whether it did. */
  tryTake(bytes: number, leaving: number): boolean;
  /** Takes bytes that are needed in any case, such as the shard that is being written. */
  take(bytes: number): void;
  release(bytes: number): void;
  /** The most that was held at once. */
  peak(): number;
}

/** A budget with nothing taken. */
export function createMemoryBudget(limit: number): MemoryBudget {
  let used = 0;
  let peak = 0;
  const take = (bytes: number): void => {
    used += bytes;
    peak = Math.max(peak, used);
  };
  return {
    limit,
    tryTake(bytes, leaving) {
      const fits = used + bytes + leaving <= limit;
      if (fits) {
        take(bytes);
      }
      return fits;
    },
    take,
    release(bytes) {
      used -= bytes;
    },
    peak: () => peak,
  };
}
