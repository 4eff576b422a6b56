// CRC-32 as in PNG and gzip (polynomial 0xedb88320, reflected). Unlike SHA-256 of WebCrypto, it is synchronous and runs
// in every browser. It detects every change within 32 consecutive bits, and all but one in four billion other changes.
// It detects damage; it does not protect against a forged checkpoint.

const polynomial = 0xedb88320;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  return remainder;
});

/** Checksum of bytes, from 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) {
    remainder = (remainder >>> 8) ^ (table[(remainder ^ (bytes[index] as number)) & 0xff] as number);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
