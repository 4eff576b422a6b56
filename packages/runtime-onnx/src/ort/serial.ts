/** Runs asynchronous pieces of work one after the other, in the order in which they were handed in. */
export function createSerial(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // A failure belongs to the caller of that piece alone; the next one starts all the same.
    last = result.catch(() => undefined);
    return result;
  };
}
