/**
 * A writer of ASN.1 in DER (X.690): as much of it as firmware packages and a bare certificate need.
 *
 * @module
 */

/** The encoding of one value. */
export type Der = Uint8Array;

export function integer(number: bigint): Der {
  const digits = number.toString(16);
  const hex = digits.length % 2 === 1 ? `0${digits}` : digits;
  const bytes = Buffer.from(hex, 'hex');
  // Positive, whatever its first bit.
  return value(0x02, (bytes[0] ?? 0) > 0x7f ? [Uint8Array.of(0), bytes] : [bytes]);
}

export function octets(bytes: Uint8Array): Der {
  return value(0x04, [bytes]);
}

/** Whole bytes only. */
export function bits(bytes: Uint8Array): Der {
  return value(0x03, [Uint8Array.of(0), bytes]);
}

export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return value(0x06, [Uint8Array.from([first * 40 + second, ...rest].flatMap(base128))]);
}

export function sequence(...parts: readonly Der[]): Der {
  return value(0x30, parts);
}

/** A SET OF: in the order of the encodings (X.690 §11.6). */
export function setOf(...parts: readonly Der[]): Der {
  return value(0x31, parts.toSorted(Buffer.compare));
}

/** UTCTime, as in "260101000000Z". */
export function time(text: string): Der {
  return value(0x17, [Buffer.from(text)]);
}

/** With the context's tag around it. */
export function explicit(tag: number, inner: Der): Der {
  return value(0xa0 | tag, [inner]);
}

/** With the context's tag in place of its own. */
export function implicit(tag: number, inner: Der): Der {
  const isConstructed = ((inner[0] ?? 0) & 0x20) !== 0;
  return inner.with(0, (isConstructed ? 0xa0 : 0x80) | tag);
}

function value(tag: number, parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts);
  return Uint8Array.from([tag, ...lengthOf(content.length), ...content]);
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(arc: number): readonly number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest % 128) | 0x80);
  return bytes;
}
