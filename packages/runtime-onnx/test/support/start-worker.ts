import { Worker } from 'node:worker_threads';

/**
 * Starts a worker from a TypeScript source.
 * Worker threads do not inherit tsx from their parent, so the thread registers it before it imports the script.
 */
export function startWorker(script: URL): Worker {
  const bootstrap = `
    import('tsx/esm/api')
      .then(({ register }) => {
        register();
        return import(${JSON.stringify(script.href)});
      })
      .catch((error) => setImmediate(() => { throw error; }));
  `;
  return new Worker(bootstrap, { eval: true, execArgv: ['--conditions=@ztw/source'] });
}
