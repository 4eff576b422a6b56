// A server of bundles over HTTP, whose answers a test can delay, break and count.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BundleServer {
  /** Address of the folder, ending in `/`. */
  readonly url: string;
  /** Paths of all requests, in order. */
  readonly requests: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ServedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/**
 * @param intervene Runs before a file is sent; what it returns is sent in its place.
 */
export async function serveBundle(
  files: ReadonlyMap<string, Uint8Array>,
  intervene: (
    path: string,
    request: IncomingMessage,
  ) => Promise<ServedAnswer | undefined> | ServedAnswer | undefined = () => undefined,
): Promise<BundleServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1);
    requests.push(path);
    answer(files.get(path), path, request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function answer(
    file: Uint8Array | undefined,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const instead = await intervene(path, request);
    const {
      status = file === undefined && instead === undefined ? 404 : 200,
      headers = {},
      body = file,
    } = instead ?? {};
    response.writeHead(status, headers);
    response.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
