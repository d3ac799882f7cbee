/**
 * Decoding of an Ed25519 public key, which OpenSSL leaves undone until it verifies (RFC 8032 §5.1.3).
 *
 * @module
 */

const p = 2n ** 255n - 19n;
const d = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
/** The y coordinate of two of the four points of order 8; p - y8 is that of the others. */
const y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
/** y of the points whose order divides 8; as a public key, one signature could hold for many messages. */
const smallOrder: readonly bigint[] = [0n, 1n, p - 1n, y8, p - y8];

/** Are these the canonical bytes of a point on the curve, and not one of small order? */
export function isEd25519PublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const encoded = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const y = encoded & (2n ** 255n - 1n);
  if (y >= p || smallOrder.includes(y)) return false;
  // x² = (y² - 1) / (d y² + 1) has a root exactly if the product of both is a square (or zero: small order).
  const yy = (y * y) % p;
  return isSquare(((yy - 1n) * (d * yy + 1n)) % p);
}

/** Euler's criterion. */
function isSquare(value: bigint): boolean {
  let result = 1n;
  let base = value;
  for (let exponent = (p - 1n) / 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % p;
    base = (base * base) % p;
  }
  return result === 1n;
}
