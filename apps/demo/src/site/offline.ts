/** Whether this page can work without a network. */
export type OfflineState = 'unsupported' | 'preparing' | 'ready';

/**
 * Starts the service worker, and has it store what the page has fetched by now.
 * @param keep Addresses of the files that are not part of the page's build.
 */
export async function workOffline(keep: readonly string[], onState: (state: OfflineState) => void): Promise<void> {
  // Only pages of https and of this device may have one; the development server has none.
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) {
    onState('unsupported');
    return;
  }
  onState('preparing');
  try {
    await navigator.serviceWorker.register('./service-worker.js');
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const kept = new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
    });
    active?.postMessage({ keep }, [port2]);
    await kept;
    onState('ready');
  } catch {
    // Private windows and full disks refuse; the page works all the same while it is online.
    onState('unsupported');
  }
}
