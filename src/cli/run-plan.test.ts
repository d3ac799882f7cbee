import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BenchError } from '../bench-error.ts';
import { keyToJwk } from '../cose/key-files.ts';
import { sampleOne } from '../harness/scenario-pool.ts';
import { casesOf } from '../harness/sequence.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { Feature } from '../scenarios/features.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import { encode } from '../suit/parts.ts';
import { planRun } from './run-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-run-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files with an envelope and its author's key. */
function given(features: readonly Feature[]) {
  const { release, signers } = buildScenario(
    sampleOne(arbitraryPlan({ features: [...features, 'sign1-eddsa'] }), 5),
  );
  const signer = signers[0]?.key;
  if (signer === undefined) throw new Error('nobody signed it');
  const [envelope, key] = [join(folder, `${features.join('-')}.suit`), join(folder, 'author.jwk.json')];
  writeFileSync(envelope, encode(release));
  writeFileSync(key, JSON.stringify(keyToJwk(signer, { private: true })));
  return { envelope, key };
}

describe('a run of a user’s own envelope', () => {
  it('has histories of it where they are asked for, and says what they are of', () => {
    const choice = { ...given(['update', 'flat', 'installed-number']), runs: 0, stored: true, seed: 1 };
    const { header, sequence } = planRun({ ...choice, histories: 6 });
    expect([header.planned, sequence.stored]).toEqual([6, []]);
    expect(header.notes.join('\n')).toContain('with the same images');
    const drawn = [...casesOf(sequence)];
    expect(drawn.map(({ attack }) => attack.id)).toEqual(
      Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? 'history.mixed' : 'history.power-cut')),
    );
    expect(drawn.every(({ kind }) => kind === 'case')).toBe(true);
  });

  it('is refused with the reason where none can be told of it', () => {
    const choice = { ...given(['boot']), runs: 1, stored: true, seed: 1 };
    expect(planRun(choice).sequence.histories).toBe(0);
    const refused = (): BenchError | undefined => {
      try {
        planRun({ ...choice, histories: 1 });
      } catch (thrown) {
        return thrown as BenchError;
      }
      return undefined;
    };
    expect(refused()).toMatchObject({ code: 'usage', message: expect.stringContaining('it has no update') });
  });
});
