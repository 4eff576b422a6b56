// Makes the page work without a network. The files of this build are stored when the worker is installed; what else the page
// fetches is stored as it comes, and used when the network is away.

interface ServiceWorkerScope {
  addEventListener(type: 'install' | 'activate', listener: (event: LifetimeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchRequestEvent) => void): void;
  addEventListener(type: 'message', listener: (event: KeepEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string };
}

interface LifetimeEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchRequestEvent extends LifetimeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** The page names what it fetched before the worker was there, and is told when all of it is stored. */
interface KeepEvent extends LifetimeEvent {
  readonly data: { readonly keep: readonly string[] };
  readonly ports: readonly MessagePort[];
}

/** Set by the build: the files of the page, and a hash of them. */
declare const buildFiles: readonly string[];
declare const buildHash: string;

const scope = globalThis as unknown as ServiceWorkerScope;
const shell: string = `ztw-demo-${buildHash}`;
const other = 'ztw-demo-other';
/** Hosts that say `Vary: Origin` would hide scripts, which are asked for with an origin but were stored without one. */
const lookUp: CacheQueryOptions = { ignoreSearch: true, ignoreVary: true };

scope.addEventListener('install', (event) => {
  const install = async (): Promise<void> => {
    const cache = await caches.open(shell);
    await cache.addAll(buildFiles.map((path) => new URL(path, scope.registration.scope).href));
    await scope.skipWaiting();
  };
  event.waitUntil(install());
});

scope.addEventListener('activate', (event) => {
  const activate = async (): Promise<void> => {
    const old = (await caches.keys()).filter(
      (name) => name.startsWith('ztw-demo-') && name !== shell && name !== other,
    );
    await Promise.all(old.map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(activate());
});

scope.addEventListener('message', (event) => {
  const keep = async (): Promise<void> => {
    const cache = await caches.open(other);
    await cache.addAll([...event.data.keep]);
    event.ports[0]?.postMessage('kept');
  };
  event.waitUntil(keep());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(scope.registration.scope)) return;
  event.respondWith(answer(request));
});

/** Files of this build come from the store, since their names change with their content; all else from the network first. */
async function answer(request: Request): Promise<Response> {
  const isNamedByContent = request.url.startsWith(new URL('assets/', scope.registration.scope).href);
  if (isNamedByContent) {
    const stored = await caches.match(request, lookUp);
    if (stored !== undefined) return stored;
  }
  try {
    const response = await fetch(request);
    if (response.ok && !isNamedByContent) await (await caches.open(other)).put(request, response.clone());
    return response;
  } catch (error) {
    // The folder's own address means its page.
    const page = request.mode === 'navigate' ? new URL('index.html', scope.registration.scope).href : request;
    const stored = await caches.match(page, lookUp);
    if (stored !== undefined) return stored;
    throw error;
  }
}
