// Serves the test page from its sources, and the files that it fetches from memory.

import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));
const repository = fileURLToPath(new URL('../../../../', import.meta.url));

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param files Bytes by absolute path on the server, e.g. `/whole.onnx`. */
export async function servePage(files: ReadonlyMap<string, Uint8Array>): Promise<PageServer> {
  const server = await createViteServer({
    configFile: false,
    root: packageRoot,
    logLevel: 'error',
    resolve: { conditions: ['@ztw/source', 'browser', 'module', 'import', 'default'] },
    // The page is served once: nothing is worth bundling ahead, and onnxruntime-web finds its .wasm beside itself.
    optimizeDeps: { noDiscovery: true, exclude: ['onnxruntime-web'] },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, fs: { allow: [repository] } },
    plugins: [
      {
        name: 'files-from-memory',
        configureServer({ middlewares }) {
          middlewares.use((request, response, next) => {
            const bytes = files.get(request.url ?? '');
            if (bytes === undefined) {
              next();
              return;
            }
            response.setHeader('content-type', 'application/octet-stream');
            response.end(bytes);
          });
        },
      },
    ],
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) {
    throw new Error('the test server has no address');
  }
  return { url: `${url}test/browser/page.html`, close: () => server.close() };
}
