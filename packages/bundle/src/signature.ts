// Detached Ed25519 signatures of the manifest's bytes (RFC 8032), by WebCrypto. The manifest lists the hash of every
// other file, so its signature is that of the whole bundle. Keys are PEM files as OpenSSL writes them:
//
//   openssl genpkey -algorithm ed25519 -out private.pem
//   openssl pkey -in private.pem -pubout -out public.pem

import { InvalidBundleError, InvalidInputError, RuntimeFailureError } from '@ztw/core';

/** Path of the signature in a bundle: its 64 bytes. The manifest does not list it. */
export const signaturePath = 'manifest.sig';

const algorithm = 'Ed25519';
const signatureBytes = 64;

/**
 * Reads a private key.
 * @param pem PKCS #8, `-----BEGIN PRIVATE KEY-----`.
 * @throws InvalidInputError for anything else; RuntimeFailureError without WebCrypto or Ed25519.
 */
export function importSigningKey(pem: string): Promise<CryptoKey> {
  return importKey(pem, 'PRIVATE KEY', 'pkcs8', 'sign');
}

/**
 * Reads a public key.
 * @param pem `-----BEGIN PUBLIC KEY-----`.
 * @throws InvalidInputError for anything else; RuntimeFailureError without WebCrypto or Ed25519.
 */
export function importPublicKey(pem: string): Promise<CryptoKey> {
  return importKey(pem, 'PUBLIC KEY', 'spki', 'verify');
}

/**
 * Signs the bytes of a manifest.
 * @param key From `importSigningKey`.
 * @returns the 64 bytes of `manifest.sig`.
 */
export async function signManifest(manifest: Uint8Array, key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await subtle().sign(algorithm, key, plain(manifest)));
}

/**
 * @param key From `importPublicKey`.
 * @throws InvalidBundleError unless the signature is that of the manifest's bytes by the owner of the key.
 */
export async function checkSignature(manifest: Uint8Array, signature: Uint8Array, key: CryptoKey): Promise<void> {
  const fits =
    signature.length === signatureBytes && (await subtle().verify(algorithm, key, plain(signature), plain(manifest)));
  if (fits) return;
  throw new InvalidBundleError(
    `${signaturePath}: expected a signature of this manifest by the owner of the key; received another. ` +
      'Do not use the bundle: it was changed, or signed with another key.',
    {
      expected: `${signatureBytes} bytes that fit the key`,
      received: `${signature.length} bytes`,
      path: signaturePath,
    },
  );
}

async function importKey(
  pem: string,
  label: string,
  format: 'pkcs8' | 'spki',
  usage: 'sign' | 'verify',
): Promise<CryptoKey> {
  const crypto = subtle();
  const refuse = (cause?: unknown): never => {
    throw new InvalidInputError(
      `Expected an Ed25519 key in PEM, from "-----BEGIN ${label}-----" on; received something else. ` +
        'Make a pair of keys: openssl genpkey -algorithm ed25519.',
      { cause, expected: label },
    );
  };
  const body = new RegExp(`^-----BEGIN ${label}-----\\s+([A-Za-z0-9+/=\\s]+)-----END ${label}-----\\s*$`).exec(
    pem.trim(),
  );
  if (body === null) return refuse();
  try {
    const der = Uint8Array.from(atob((body[1] as string).replaceAll(/\s/g, '')), (character) =>
      character.charCodeAt(0),
    );
    return await crypto.importKey(format, der, algorithm, false, [usage]);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'NotSupportedError') {
      throw new RuntimeFailureError('Expected WebCrypto with Ed25519; received one without. Update the browser.', {
        cause,
      });
    }
    return refuse(cause);
  }
}

function subtle(): SubtleCrypto {
  const crypto: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (crypto === undefined) {
    throw new RuntimeFailureError(
      'Expected WebCrypto for signatures; received none. In a browser, serve the page by https or from localhost.',
    );
  }
  return crypto;
}

/** WebCrypto does not accept shared memory. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}
