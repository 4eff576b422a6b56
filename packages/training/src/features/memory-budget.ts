// Counts the bytes of features in memory against the user's limit.

export interface MemoryBudget {
  readonly limit: number;
  /** Reserves the bytes if at least `leaving` bytes stay free afterwards; returns whether it did. */
  tryTake(bytes: number, leaving: number): boolean;
  /** Reserves bytes unconditionally, such as those of the shard that is being written. */
  take(bytes: number): void;
  release(bytes: number): void;
  /** Peak number of bytes held. */
  peak(): number;
}

/** A budget with nothing reserved. */
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
