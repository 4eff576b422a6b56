/** Makes a function that runs asynchronous pieces of work one after the other, in the order of its calls. */
export function createSerial(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // Only the caller of a piece gets its failure. The next piece starts anyway.
    last = result.catch(() => undefined);
    return result;
  };
}
