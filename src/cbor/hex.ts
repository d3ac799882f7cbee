/**
 * Byte strings as hexadecimal text, compared and joined.
 *
 * @module
 */

/** Short byte strings are copied here first: V8 keeps them on its heap, and to ask for their buffer would move them. */
const short = Buffer.allocUnsafeSlow(256);

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length > short.length)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  short.set(bytes);
  return short.toString('hex', 0, bytes.length);
}

/** The bytes of hexadecimal text of either case; white space between bytes is ignored. Throws RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0)
    throw new RangeError(`hexadecimal text has an odd number of digits: ${digits.length}`);
  const wrong = digits.search(/[^0-9a-fA-F]/);
  if (wrong >= 0)
    throw new RangeError(`not a hexadecimal digit: ${JSON.stringify(digits[wrong])} at digit ${wrong}`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Not constant-time: for comparing what is public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A new array holding the parts one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return join(parts);
}

/** As `concat`, for a list too long to be spread into arguments. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
