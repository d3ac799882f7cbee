/**
 * Is a stretch of bytes valid UTF-8 (RFC 3629)? Without decoding it, and without any memory.
 *
 * @module
 */

export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const first = bytes[at]!;
    const length = lengthFrom(first);
    if (length === 0 || at + length > end) return false;
    for (let i = 1; i < length; i++) {
      if ((bytes[at + i]! & 0xc0) !== 0x80) return false;
    }
    if (length > 2 && !isSecondAllowed(first, bytes[at + 1]!)) return false;
    at += length;
  }
  return true;
}

/** Bytes of the character that begins so; 0: none does. */
function lengthFrom(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte. */
function isSecondAllowed(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second < 0x90;
}
