import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { asCase } from './corpus.ts';
import { directHost } from './direct-host.ts';
import { caseFromFile, caseToFile } from './finding.ts';
import { shrink } from './shrink.ts';
import { ControlCache, tryCase } from './trial.ts';

const animal = (id: string): Verifier => zoo.find((one) => one.id === id)?.create() as Verifier;
const attackOf = (id: string) => catalogue.filter((one) => one.id === id);

/** The first case of the attack that this verifier fails, and how. */
async function failing(id: string, broken: string) {
  const host = await directHost(broken, animal(broken));
  for (let round = 0; round < 60; round++) {
    for (const attack of attackOf(id)) {
      const one = drawCase(attack, round, 1);
      if (isInapplicable(one)) continue;
      const { ruling } = await tryCase(host, one, new ControlCache());
      if (ruling.verdict === 'failed') return { host, one, ruling };
    }
  }
  throw new Error(`${broken} never fails ${id}`);
}

const again = (one: Case): Case => {
  const json = JSON.parse(JSON.stringify(caseToFile(one)));
  return asCase(caseFromFile(json, 'here'), catalogue, 'here');
};

describe('a finding of a history', () => {
  it.each([
    ['power.step', 'keeps-no-journal'],
    ['power.double', 'recovers-once'],
    ['replay.power-cut', 'resumes-without-a-rollback-check'],
    ['rollback.select.latest', 'runs-the-first-at-hand'],
    ['strict.serial', 'forgets-what-it-issued'],
  ])('%s is replayed from its file, without seed and plan', async (id, broken) => {
    const { host, one, ruling } = await failing(id, broken);
    const stored = again(one);
    expect(stored.attacked).toEqual(one.attacked);
    const replayed = await tryCase(host, stored, new ControlCache());
    expect(replayed.ruling).toMatchObject({ verdict: 'failed', kind: ruling.kind });
  });

  it('is shrunk, its cut and its scenario', async () => {
    const { host, one, ruling } = await failing('power.step', 'keeps-no-journal');
    const { smallest, ruling: shown } = await shrink(host, one, ruling, { seed: 1, maxTries: 150 });
    expect(shown).toMatchObject({ verdict: 'failed', kind: ruling.kind });
    const stepOf = ({ choice }: Case) => (choice as { cut: { step: number } }).cut.step;
    expect(stepOf(smallest)).toBeLessThanOrEqual(stepOf(one));
    expect(smallest.plan?.images.length).toBeLessThanOrEqual(one.plan?.images.length ?? 0);
    expect(JSON.stringify(smallest.plan).length).toBeLessThan(JSON.stringify(one.plan).length);
  });

  it('is not run against one that does not claim power cuts', async () => {
    const { one } = await failing('power.step', 'keeps-no-journal');
    const honest = await directHost('honest', animal('keeps-no-journal'));
    const { extras: _none, ...claims } = honest.claims;
    const { ruling } = await tryCase({ ...honest, claims }, one, new ControlCache());
    expect(ruling).toMatchObject({ verdict: 'skipped', note: expect.stringContaining('power-cut') });
  });
});
