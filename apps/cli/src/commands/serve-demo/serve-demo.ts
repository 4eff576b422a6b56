// A small server: the built page, with a bundle of the user's beside it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { basename, resolve } from 'node:path';
import { type Bundle, openBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { InvalidInputError } from '@ztw/core';
import { about } from '@ztw/core/runtime';
import sirv from 'sirv';
import { preprocessingOf } from '../../bundle/open-bundle.ts';
import { hasErrorCode } from '../../storage/storage-error.ts';

export interface ServeDemoOptions {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** Folder of the built page. */
  readonly page: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

export interface DemoServer {
  /** Address of the page. */
  readonly url: string;
  /** Ends open connections too. */
  [Symbol.asyncDispose](): Promise<void>;
}

const bundlePath = '/bundle/';

/**
 * Serves the page until it is disposed.
 * @throws InvalidBundleError for a damaged bundle, InvalidDataError for one that takes no images, InvalidInputError if the port is
 *   taken or the host is not of this machine.
 */
export async function serveDemo({ bundle: folder, page, host, port }: ServeDemoOptions): Promise<DemoServer> {
  const bundle = await about(folder, () => openBundle(folderReader(folder)));
  preprocessingOf({ folder, manifest: bundle.manifest });
  const files = sirv(page, { etag: true, dev: true });
  const settings = JSON.stringify({ bundle: `.${bundlePath}`, name: basename(resolve(folder)), images: null });
  const server = createServer((request, response) => {
    const path = pathOf(request);
    // What the page and the bundle are may change between two visits.
    response.setHeader('cache-control', 'no-cache');
    if (request.method !== 'GET' && request.method !== 'HEAD') end(response, 405, 'Only GET is served.');
    else if (path === '/settings.json') end(response, 200, settings, 'application/json');
    else if (path === null) end(response, 400, 'The address cannot be read.');
    else if (path.startsWith(bundlePath)) void sendBundleFile(response, folder, bundle, path.slice(bundlePath.length));
    else files(request, response, () => end(response, 404, 'There is no such file.'));
  });
  await listen(server, host, port);
  const { address, port: used } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${used}/`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The manifest, or a file that it lists; the hash is checked on the way. */
async function sendBundleFile(response: ServerResponse, folder: string, bundle: Bundle, path: string): Promise<void> {
  try {
    if (path === 'manifest.json') {
      end(response, 200, await folderReader(folder)(path), 'application/json');
    } else if (bundle.manifest.files.some((file) => file.path === path)) {
      end(response, 200, await bundle.file(path), 'application/octet-stream');
    } else {
      end(response, 404, 'The manifest does not list this file.');
    }
  } catch (error) {
    end(response, 500, error instanceof Error ? error.message : String(error));
  }
}

function end(response: ServerResponse, status: number, body: string | Uint8Array, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** @returns null for an address that is not valid. */
function pathOf({ url }: IncomingMessage): string | null {
  try {
    return decodeURIComponent(new URL(url ?? '', 'http://page').pathname);
  } catch {
    return null;
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (cause) {
    if (hasErrorCode(cause, 'EADDRINUSE', 'EACCES')) {
      throw new InvalidInputError(
        `Expected a free port; ${port} is taken or not allowed. Choose another with --port, or 0 for any.`,
        {
          expected: 'a free port',
          received: port,
          path: '--port',
          cause,
        },
      );
    }
    if (hasErrorCode(cause, 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN')) {
      throw new InvalidInputError(
        `Expected an address of this machine; received ${host}. Pass --host 127.0.0.1, or 0.0.0.0 for all.`,
        {
          expected: 'an address of this machine',
          received: host,
          path: '--host',
          cause,
        },
      );
    }
    throw cause;
  }
}
