/**
 * Changes of bytes as byte fuzzers make them, without any knowledge of what the bytes mean.
 *
 * @module
 */
import fc from 'fast-check';

/** JSON-safe. */
export interface ByteChange {
  readonly kind: 'flip' | 'set' | 'insert' | 'delete' | 'repeat' | 'cut';
  /** Offset in bytes; behind the end: the last byte. */
  readonly at: number;
  /** The bit, the byte, or the count of bytes; of a cut, nothing. */
  readonly value: number;
}

/** One to four changes, at offsets up to `last`. */
export function byteChanges(last: number): fc.Arbitrary<readonly ByteChange[]> {
  const at = fc.nat({ max: last });
  const change = fc.oneof(
    record('flip', at, fc.nat({ max: 7 })),
    record('set', at, interesting),
    record('insert', at, interesting),
    record('delete', at, fc.integer({ min: 1, max: 8 })),
    record('repeat', at, fc.integer({ min: 1, max: 16 })),
    record('cut', at, fc.constant(0)),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 });
}

export function withChanges(bytes: Uint8Array, changes: readonly ByteChange[]): Uint8Array {
  return Uint8Array.from(changes.reduce(applied, [...bytes]));
}

function record(
  kind: ByteChange['kind'],
  at: fc.Arbitrary<number>,
  value: fc.Arbitrary<number>,
): fc.Arbitrary<ByteChange> {
  return fc.record({ kind: fc.constant(kind), at, value }, { noNullPrototype: true });
}

/** Beside any byte: the heads that begin, end or stretch a data item (RFC 8949 §3). */
const interesting = fc.oneof(
  fc.nat({ max: 255 }),
  fc.constantFrom(0x00, 0x17, 0x18, 0x1b, 0x3b, 0x40, 0x5b, 0x5f, 0x80, 0x9b, 0x9f, 0xbf, 0xf6, 0xff),
);

function applied(bytes: number[], { kind, at, value }: ByteChange): number[] {
  switch (kind) {
    case 'flip':
      return bytes.with(Math.min(at, bytes.length - 1), (bytes[at] ?? 0) ^ (1 << value));
    case 'set':
      return bytes.with(Math.min(at, bytes.length - 1), value);
    case 'insert':
      return bytes.toSpliced(at, 0, value);
    case 'delete':
      return bytes.length > value ? bytes.toSpliced(at, value) : bytes;
    case 'repeat':
      return bytes.toSpliced(at, 0, ...bytes.slice(at, at + value));
    case 'cut':
      return bytes.slice(0, Math.max(1, at));
  }
}
