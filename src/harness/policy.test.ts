import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import type { Outcome } from '../device/outcome.ts';
import { boundedVerifier } from '../verifiers/bounded/bounded.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { fingerprintOf } from './finding.ts';
import { inconsistent } from './findings.ts';
import { count, emptyTally, isInconsistent, varyingDimension } from './tally.ts';

const host = await directHost('reference', referenceVerifier());
const accepted: Outcome = { kind: 'accepted', level: 'installed' };
const refused: Outcome = { kind: 'rejected', stage: 'sequence', reason: 'sequence-policy' };
const roomless: Outcome = { kind: 'rejected', stage: 'resource', reason: 'limit-memory' };

function sheetOf(...answers: readonly (readonly [dimension: string, outcome: Outcome])[]) {
  const tally = emptyTally();
  for (const [dimension, outcome] of answers)
    count(tally, { id: 'some.row', family: 'rollback' }, 'policy', outcome, dimension);
  return tally;
}

describe('the answers of a policy row', () => {
  it('are counted by dimension, refusals by reason', () => {
    expect(
      sheetOf(['a', accepted], ['a', accepted], ['b', refused], ['b', { kind: 'rejected' }]).policy,
    ).toEqual({
      'some.row': {
        a: { accepted: 2, refused: {} },
        b: { accepted: 0, refused: { 'sequence-policy': 1, unstated: 1 } },
      },
    });
  });

  it('are a finding where one dimension has both', () => {
    const tallies = new Map([[host, sheetOf(['a', accepted], ['a', refused], ['b', accepted])]]);
    const [finding, ...others] = inconsistent({ tallies });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'policy-inconsistent',
      attack: 'some.row',
      choice: 'a',
      verifier: 'reference',
    });
  });

  it('are none where they differ between dimensions, or for lack of room', () => {
    expect(inconsistent({ tallies: new Map([[host, sheetOf(['a', accepted], ['b', refused])]]) })).toEqual(
      [],
    );
    const varying = sheetOf([varyingDimension, accepted], [varyingDimension, refused]);
    expect(inconsistent({ tallies: new Map([[host, varying]]) })).toEqual([]);
    const { policy } = sheetOf(['', accepted], ['', roomless]);
    expect(isInconsistent(policy['some.row']?.[''] ?? { accepted: 0, refused: {} })).toBe(false);
  });

  it('are the same each time on the reference and the bounded verifier', async () => {
    const hosts = [host, await directHost('bounded', boundedVerifier())];
    const attacks = catalogue.filter((attack) => attack.expects.some((one) => one.strength === 'policy'));
    const result = await runCampaign({ hosts, attacks, stored: [], seed: 11, runs: 12 });
    expect(inconsistent(result).map(({ note, verifier, attack }) => `${verifier} ${attack} ${note}`)).toEqual(
      [],
    );
    expect(Object.keys(result.tallies.get(host)?.policy ?? {}).length).toBeGreaterThan(20);
  }, 120_000);
});

describe('fingerprints', () => {
  const failed = { verdict: 'failed', kind: 'valid-refused', note: 'x', outcome: refused } as const;

  it('are one for a control refused for the same reason, whatever its scenario', () => {
    const other = { ...failed, note: 'y' };
    expect(fingerprintOf('v', 'valid', failed)).toBe(fingerprintOf('v', 'valid', other));
    const unlike = { ...failed, outcome: { kind: 'rejected', stage: 'decode' } as const };
    expect(fingerprintOf('v', 'valid', failed)).not.toBe(fingerprintOf('v', 'valid', unlike));
    expect(fingerprintOf('v', 'valid', failed)).not.toBe(fingerprintOf('w', 'valid', failed));
  });

  it('tell wrong states apart by what is wrong, not by the figures', () => {
    const wrong = (note: string) =>
      fingerprintOf('v', 'valid', { verdict: 'failed', kind: 'wrong-state', note, outcome: accepted });
    expect(wrong('sequence number 5 instead of 6')).toBe(wrong('sequence number 8 instead of 9'));
    expect(wrong('sequence number 5 instead of 6')).not.toBe(
      wrong('component 0 does not hold the expected content'),
    );
  });
});
