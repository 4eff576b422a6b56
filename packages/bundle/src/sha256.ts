/**
 * SHA-256 as lower-case hex. WebCrypto computes it; where there is none (pages served by plain http), `@noble/hashes`
 * does, which is loaded only then.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  return hex(subtle === undefined ? await digestInScript(bytes) : await digestBy(subtle, bytes));
}

async function digestBy(subtle: SubtleCrypto, bytes: Uint8Array): Promise<Uint8Array> {
  // WebCrypto does not accept shared memory.
  const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
  return new Uint8Array(await subtle.digest('SHA-256', own));
}

async function digestInScript(bytes: Uint8Array): Promise<Uint8Array> {
  const { sha256: digest } = await import('@noble/hashes/sha2.js');
  return digest(bytes);
}

function hex(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
