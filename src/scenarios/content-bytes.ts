/**
 * Bytes of no meaning for images and other contents.
 *
 * @module
 */

/** The first byte is the number's own, so that no two contents are the same. */
export function contentBytes(seed: number, number: number, length: number): Uint8Array {
  let state = (seed * 0x9e3779b1 + number * 0x85ebca6b + 1) >>> 0;
  const made = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    made[i] = state >>> 24;
  }
  made[0] = (seed + number) & 0xff;
  return made;
}
