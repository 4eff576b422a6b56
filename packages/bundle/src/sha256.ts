import { RuntimeFailureError } from '@ztw/core';

/**
 * SHA-256 as lower-case hex, by WebCrypto.
 * @throws RuntimeFailureError where there is no WebCrypto: in browsers on pages that come neither by https nor from
 *   localhost.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new RuntimeFailureError(
      'Expected WebCrypto to check hashes; received none. In a browser, serve the page by https or from localhost.',
    );
  }
  // WebCrypto refuses shared memory.
  const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
  const digest = new Uint8Array(await subtle.digest('SHA-256', own));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
