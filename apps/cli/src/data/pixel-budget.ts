/** Runs jobs concurrently while their total size is below a limit. */
export interface PixelBudget {
  /**
   * Runs a job once there is room for it, in the order of the calls. A job larger than the limit runs alone.
   * @param pixels Size of the job while it runs.
   */
  run<T>(pixels: number, job: () => Promise<T>): Promise<T>;
}

/** @param limit Most pixels at the same time. */
export function createPixelBudget(limit: number): PixelBudget {
  const waiting: { readonly pixels: number; readonly start: () => void }[] = [];
  let taken = 0;
  const startNext = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (taken > 0 && taken + next.pixels > limit) return;
      waiting.shift();
      taken += next.pixels;
      next.start();
    }
  };
  return {
    run: async (pixels, job) => {
      await new Promise<void>((start) => {
        waiting.push({ pixels, start });
        startNext();
      });
      try {
        return await job();
      } finally {
        taken -= pixels;
        startNext();
      }
    },
  };
}
