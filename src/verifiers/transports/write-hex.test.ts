import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../cbor/hex.ts';
import { hexSlack, plainEncoder, writeHex } from './write-hex.ts';

describe.each([
  ['writeHex', writeHex],
  ['without WebAssembly', plainEncoder],
])('%s', (_, write) => {
  const untouched = 0x21;

  /** What was written, and whether anything was that must not be. */
  function written(bytes: Uint8Array, at: number) {
    const end = at + 2 * bytes.length;
    const target = Buffer.alloc(end + hexSlack + 64, untouched);
    const length = write(bytes, target, at);
    const around = [...target.subarray(0, at), ...target.subarray(end + hexSlack)];
    return {
      length,
      digits: target.toString('latin1', at, end),
      spoilt: around.some((byte) => byte !== untouched),
    };
  }

  it('writes two digits a byte, wherever it may', () => {
    const bytes = fc.uint8Array({ maxLength: 700 });
    fc.assert(
      fc.property(bytes, fc.nat({ max: 40 }), fc.nat({ max: 20 }), (whole, at, from) => {
        const part = whole.subarray(Math.min(from, whole.length));
        expect(written(part, at)).toEqual({ length: 2 * part.length, digits: toHex(part), spoilt: false });
      }),
    );
  });

  it.each([65_535, 65_536, 65_537, 200_000])('takes %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) ^ (i >> 8));
    expect(written(bytes, 3)).toEqual({ length: 2 * length, digits: toHex(bytes), spoilt: false });
  });
});
