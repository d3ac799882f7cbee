import { describe, expect, it } from 'vitest';
import { isUtf8 } from './utf8.ts';

const strict = new TextDecoder('utf-8', { fatal: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Where the rules change: ASCII, continuations, overlong heads, surrogates, the last plane. */
const edges = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
  0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];

describe('valid UTF-8', () => {
  it('is what the decoder of the platform takes: every pair of bytes', () => {
    const parted: number[][] = [];
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const bytes = Uint8Array.of(first, second);
        if (isUtf8(bytes, 0, 2) !== decodes(bytes)) parted.push([first, second]);
      }
    }
    expect(parted).toEqual([]);
  });

  it('is what the decoder of the platform takes: up to four bytes, and one behind them, at every edge', () => {
    const counts = { valid: 0, invalid: 0 };
    const parted: number[][] = [];
    for (const first of edges.filter((byte) => byte >= 0xdf)) {
      for (const second of edges) {
        for (const third of edges) {
          for (const fourth of [0x41, 0x7f, 0x80, 0xbf, 0xc2]) {
            for (const length of [3, 4, 5]) {
              const bytes = Uint8Array.of(first, second, third, fourth, 0x41).subarray(0, length);
              const wanted = decodes(bytes);
              counts[wanted ? 'valid' : 'invalid'] += 1;
              if (isUtf8(bytes, 0, length) !== wanted) parted.push([...bytes]);
            }
          }
        }
      }
    }
    expect(parted).toEqual([]);
    expect(counts.valid).toBeGreaterThan(100);
    expect(counts.invalid).toBeGreaterThan(1000);
  });

  it('is looked for between start and end alone', () => {
    const bytes = Uint8Array.of(0xff, 0xc3, 0xa4, 0xff);
    expect(isUtf8(bytes, 1, 3)).toBe(true);
    expect(isUtf8(bytes, 2, 2)).toBe(true);
    // The character goes on behind the end.
    expect(isUtf8(bytes, 1, 2)).toBe(false);
    expect(isUtf8(bytes, 0, 3)).toBe(false);
    expect(isUtf8(bytes, 1, 4)).toBe(false);
  });
});
