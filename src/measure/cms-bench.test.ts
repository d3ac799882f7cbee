import { describe, expect, it } from 'vitest';
import { carriedAttacks, comparePackages } from './cms-bench.ts';

describe('comparePackages', () => {
  it('puts CMS and SUIT side by side; both refuse what is hostile to both', async () => {
    const reports = await comparePackages({ rounds: 2, roundMs: 2, warmUpMs: 2 });
    expect(reports.map(({ verifier, format }) => [verifier, format])).toEqual([
      ['library:cms', 'CMS'],
      ['reference', 'SUIT'],
      ['bounded', 'SUIT'],
    ]);
    for (const { bytes, payloadBytes, overheadBytes, parse, verify, allocatedBytes, attacks } of reports) {
      expect(bytes).toBe(payloadBytes + overheadBytes);
      expect(Math.min(parse.ratio, verify.ratio, allocatedBytes)).toBeGreaterThan(0);
      expect(Object.keys(attacks)).toEqual([...carriedAttacks]);
      expect(Object.values(attacks)).not.toContain('accepted');
    }
    const [cms, suit] = reports;
    expect(cms?.attacks).toMatchObject({
      signature: 'sig-invalid',
      'stale version': 'sequence-rollback',
      truncation: 'not-well-formed',
    });
    expect(suit?.attacks).toMatchObject({ signature: 'sig-invalid', 'stale version': 'sequence-rollback' });
    // The same in every run, as the signature is deterministic.
    expect(cms?.overheadBytes).toBe(366);
  }, 30_000);
});
