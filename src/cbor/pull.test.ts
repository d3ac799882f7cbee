import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryHostileBytes, arbitraryItem } from './arbitrary.ts';
import { concat, fromHex } from './hex.ts';
import { bstr } from './item.ts';
import { PullParser } from './pull.ts';
import { pullCode, pullCodeName, stateWords } from './pull-state.ts';
import { readItem } from './read.ts';
import { write } from './write.ts';

function parserOf(hex: string, levels = 8): PullParser {
  return new PullParser(fromHex(hex), new Int32Array(stateWords(levels)));
}

/** What skipping the only item comes to, in the words of `readItem`. */
function skipAll(bytes: Uint8Array, maxDepth: number, maxSteps: number): string {
  const parser = new PullParser(bytes, new Int32Array(stateWords(maxDepth)), { maxSteps });
  parser.skip();
  const code = parser.finish();
  return code === pullCode.ok ? 'ok' : `${pullCodeName(code)} at ${parser.errorOffset}`;
}

function readAll(bytes: Uint8Array, maxDepth: number, maxItems: number): string {
  const result = readItem(bytes, { maxDepth, maxItems });
  return result.ok ? 'ok' : `${result.error.code} at ${result.error.offset}`;
}

describe('PullParser against readItem', () => {
  const limits = fc.record({ depth: fc.integer({ min: 0, max: 5 }), count: fc.integer({ min: 0, max: 30 }) });

  it('accepts every well-formed item', () => {
    fc.assert(
      fc.property(arbitraryItem(), (item) => {
        expect(skipAll(write(item), 64, 100_000)).toBe('ok');
      }),
      { numRuns: 500 },
    );
  });

  it('refuses the same hostile bytes, for the same reason, at the same byte', () => {
    fc.assert(
      fc.property(arbitraryHostileBytes(), (bytes) => {
        expect(skipAll(bytes, 64, 100_000)).toBe(readAll(bytes, 64, 100_000));
      }),
      { numRuns: 3000 },
    );
  });

  it('stops at the same limits', () => {
    fc.assert(
      fc.property(arbitraryHostileBytes(4), limits, (bytes, { depth, count }) => {
        expect(skipAll(bytes, depth, count)).toBe(readAll(bytes, depth, count));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('PullParser', () => {
  it('shows the head that it read', () => {
    const parser = parserOf('1bfedcba9876543210');
    expect(parser.readHead()).toBe(pullCode.ok);
    expect(parser).toMatchObject({
      major: 0,
      info: 27,
      argumentHigh: 0xfedcba98,
      argumentLow: 0x76543210,
      position: 9,
    });
  });

  it('walks a map, its strings in place', () => {
    const parser = parserOf('a2014201020262686f');
    const seen: unknown[] = [];
    while (!parser.atEnd) {
      expect(parser.readHead()).toBe(pullCode.ok);
      seen.push([parser.major, parser.argumentLow, parser.contentStart, parser.contentEnd]);
    }
    expect(seen).toEqual([
      [5, 2, 1, 1],
      [0, 1, 2, 2],
      [2, 2, 3, 5],
      [0, 2, 6, 6],
      [3, 2, 7, 9],
    ]);
    expect(parser.steps).toBe(5);
  });

  it('goes into byte strings and out again', () => {
    const parser = parserOf('83448201410003f6');
    parser.readHead();
    parser.readHead();
    expect(parser.enter()).toBe(pullCode.ok);
    expect(parser.skip()).toBe(pullCode.ok);
    expect(parser.leave()).toBe(pullCode.ok);
    expect(parser.skip()).toBe(pullCode.ok);
    expect(parser.readHead()).toBe(pullCode.ok);
    expect([parser.major, parser.info, parser.finish()]).toEqual([7, 22, pullCode.ok]);
    expect(parser.deepest).toBe(2);
  });

  it('does not read past the end of an entered byte string', () => {
    for (const [hex, code] of [
      ['8241c103', 'truncated'],
      ['82414103', 'length-over'],
      ['82418103', 'count-over'],
    ] as const) {
      const parser = parserOf(hex);
      parser.readHead();
      parser.readHead();
      parser.enter();
      expect(parser.skip()).toBe(pullCode[code]);
    }
  });

  it('refuses what an entered byte string holds too much', () => {
    const parser = parserOf('420102');
    parser.readHead();
    parser.enter();
    parser.skip();
    expect(parser.leave()).toBe(pullCode['trailing-data']);
    expect(parser.errorOffset).toBe(2);
  });

  it('keeps to its error', () => {
    const parser = parserOf('1c01');
    expect(parser.skip()).toBe(pullCode['reserved-info']);
    expect([parser.skip(), parser.readHead(), parser.enter(), parser.leave(), parser.finish()]).toEqual(
      Array(5).fill(pullCode['reserved-info']),
    );
    expect(parser.takeBreak()).toBe(false);
    parser.restart(1, 2);
    expect([parser.skip(), parser.finish()]).toEqual([0, 0]);
  });

  it('lets the caller walk an array of indefinite length', () => {
    const parser = parserOf('9f0102ff');
    parser.readHead();
    expect(parser.takeBreak()).toBe(false);
    parser.skip();
    parser.skip();
    expect([parser.takeBreak(), parser.finish()]).toEqual([true, pullCode.ok]);
  });

  it('skips what is left of an item', () => {
    const parser = parserOf('82a10182020304');
    parser.readHead();
    parser.readHead();
    expect(parser.skipRest()).toBe(pullCode.ok);
    expect(parser.position).toBe(6);
  });

  it('refuses 100,000 levels with the state it has', () => {
    const deep = new Uint8Array(100_000).fill(0x81);
    expect(skipAll(deep, 16, 1_000_000)).toBe('limit-depth at 16');
  });

  it('counts one step for each head, skipped or read', () => {
    fc.assert(
      fc.property(arbitraryItem(), (item) => {
        const bytes = write(item);
        const [skipping, reading] = [0, 1].map(() => new PullParser(bytes, new Int32Array(stateWords(8))));
        skipping!.skip();
        while (!reading!.atEnd) expect(reading!.readHead()).toBe(pullCode.ok);
        expect(skipping!.steps).toBe(reading!.steps);
      }),
    );
  });

  it('counts steps over restarts, so that a budget holds for the whole work', () => {
    const parser = new PullParser(fromHex('820102'), new Int32Array(stateWords(2)), { maxSteps: 5 });
    expect(parser.skip()).toBe(pullCode.ok);
    parser.restart(0, 3);
    expect(parser.skip()).toBe(pullCode['limit-count']);
    expect(parser.steps).toBe(5);
  });

  it('writes nothing outside its state, and reports how much of it was used', () => {
    fc.assert(
      fc.property(arbitraryHostileBytes(), (bytes) => {
        const arena = new Int32Array(stateWords(8) + 2).fill(0x5a5a5a5a);
        const parser = new PullParser(bytes, arena.subarray(1, -1));
        parser.skip();
        const used = 1 + stateWords(parser.deepest);
        expect([arena[0], ...arena.subarray(used)].every((word) => word === 0x5a5a5a5a)).toBe(true);
      }),
    );
  });

  it('sees only the stretch it is given', () => {
    const bytes = concat(fromHex('ffff'), write(bstr(fromHex('0102'))), fromHex('ff'));
    const parser = new PullParser(bytes, new Int32Array(stateWords(1)), { start: 2, end: 5 });
    expect([parser.readHead(), parser.finish(), parser.contentStart]).toEqual([0, 0, 3]);
    expect(() => parser.restart(4, 7)).toThrow(/no bytes 4 to 7/);
  });

  it('throws where the caller is wrong, not the bytes', () => {
    expect(() => new PullParser(new Uint8Array(1), new Int32Array(3))).toThrow(/words/);
    const parser = parserOf('0140');
    parser.readHead();
    expect(() => parser.enter()).toThrow(/byte string/);
    parser.readHead();
    expect(() => parser.leave()).toThrow(/entered/);
  });
});
