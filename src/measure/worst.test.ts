import { describe, expect, it } from 'vitest';
import { fromHex } from '../cbor/hex.ts';
import { jsonSchema } from '../json-schema.ts';
import { partsOf, signedBytes } from '../suit/parts.ts';
import { drawer } from './draws.ts';
import { renderWorst } from './render-worst.ts';
import { searchWorst, type WorstOptions, type WorstReport } from './worst.ts';
import { seedsFor } from './worst-seeds.ts';

const outsider: WorstOptions = {
  verifier: 'reference',
  bytes: 512,
  maker: 'outsider',
  metric: 'steps',
  seed: 1,
  tries: 300,
};
const signed: WorstOptions = { ...outsider, maker: 'signed', bytes: 768, tries: 40 };

const search = (options: Partial<WorstOptions>, from: WorstOptions = outsider): Promise<WorstReport> =>
  searchWorst({ ...from, ...options });

describe('searchWorst', () => {
  it('finds the quadratic fault without a key, the backtracking with one', async () => {
    const sound = await search({});
    const quadratic = await search({ verifier: 'zoo:compares-every-key-with-every-other' });
    expect(quadratic.worst.amplification).toBeGreaterThan(5 * sound.worst.amplification);
    // More than any envelope of keys alone in linear time.
    expect(quadratic.worst.cost).toBeGreaterThan(2 * quadratic.bytes);
    const budget = await search({}, signed);
    const backtracking = await search({ verifier: 'zoo:backtracks-over-language-tags' }, signed);
    expect(backtracking.worst.amplification).toBeGreaterThan(10 * budget.worst.amplification);
  }, 60_000);

  it('is the same twice, within its bytes, and leaves alone what an outsider cannot sign', async () => {
    const first = await search({ verifier: 'bounded' });
    expect(await search({ verifier: 'bounded' })).toEqual(first);
    const { worst, bytes, typical, seedCost } = first;
    expect(worst.envelopeBytes).toBeLessThanOrEqual(bytes);
    expect(worst.cost).toBeGreaterThanOrEqual(seedCost);
    expect(worst.amplification).toBe(worst.cost / typical);
    // What the author signed stands in the release that it was bred from.
    const read = partsOf(fromHex(worst.envelope));
    const known = seedsFor('outsider', bytes, 1).map(({ parts }) =>
      Buffer.from(signedBytes(parts)).toString('hex'),
    );
    expect(read.ok && known.includes(Buffer.from(signedBytes(read.parts)).toString('hex'))).toBe(true);
  }, 60_000);

  it('holds the bounded verifier to its own budget, and counts other things than steps', async () => {
    const steps = await search({ verifier: 'bounded' }, signed);
    expect(steps.worst).toMatchObject({ cost: 100_000, outcome: 'rejected: limit-steps at resource' });
    const bytes = await search({ verifier: 'bounded', metric: 'highWaterBytes' });
    expect(bytes.worst.cost).toBeGreaterThan(200);
    expect(bytes.worst.cost).toBeLessThan(2048);
    const signatures = await search({ verifier: 'bounded', metric: 'signatureOperations', bytes: 1024 });
    expect(signatures.worst.cost).toBeGreaterThan(1);
    const report = JSON.parse(JSON.stringify([steps, bytes, signatures]));
    expect(jsonSchema('worst').check(report)).toBeUndefined();
    expect(renderWorst([steps])).toContain('bounded, at most 768 bytes, signed by the author: ');
  }, 60_000);

  it('refuses a metric that nobody counts, and sizes that nothing fits', async () => {
    await expect(search({ metric: 'highWaterBytes' })).rejects.toMatchObject({ code: 'worst-metric' });
    await expect(search({ bytes: 50 })).rejects.toMatchObject({ code: 'worst-metric' });
  }, 60_000);
});

describe('drawer', () => {
  it('repeats, stays below its limit, and reaches all of it', () => {
    const draws = (seed: number): number[] => {
      const draw = drawer(seed);
      return Array.from({ length: 200 }, () => draw(7));
    };
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)).not.toEqual(draws(4));
    expect(new Set(draws(0)).size).toBe(7);
    expect(Math.max(...draws(5))).toBeLessThan(7);
  });
});
