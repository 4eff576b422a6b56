// Serves a test page from its sources, and the files that it fetches from memory.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

export interface ServePageOptions {
  /** The page's HTML file. */
  readonly page: URL;
  /** Bytes by absolute path on the server, e.g. `/whole.onnx`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Packages that browsers cannot read as they are published. */
  readonly prebundle?: readonly string[];
  /** Packages that find files beside themselves. */
  readonly exclude?: readonly string[];
}

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function servePage({ page, files, prebundle = [], exclude = [] }: ServePageOptions): Promise<PageServer> {
  const path = fileURLToPath(page);
  const server = await createViteServer({
    configFile: false,
    root: dirname(path),
    logLevel: 'error',
    resolve: { conditions: ['@ztw/source', 'browser', 'module', 'import', 'default'] },
    // The page is served once: nothing else is worth bundling ahead.
    optimizeDeps: { noDiscovery: true, include: [...prebundle], exclude: [...exclude] },
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
            response.setHeader('content-type', contentType(request.url ?? ''));
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
  return { url: `${url}${path.slice(dirname(path).length + 1)}`, close: () => server.close() };
}

function contentType(path: string): string {
  return path.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
}
