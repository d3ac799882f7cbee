import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Run } from '../scenarios/scenario.ts';
import type { AnyAttack, Attacked } from './attack.ts';
import { catalogue, listCatalogue, selectAttacks } from './catalogue.ts';
import { rowOf, rows } from './rows.ts';

/** The first draw on which the attack has a meaning. */
function firstUse(attack: AnyAttack): { choice: unknown; attacked: Attacked } | undefined {
  const arbitrary = fc.record({ plan: arbitraryPlan(attack.on), choice: attack.choice });
  for (const { plan, choice } of fc.sample(arbitrary, { seed: 11, numRuns: 60 })) {
    const attacked = attack.apply(buildScenario(plan), choice);
    if (attacked !== undefined) return { choice, attacked };
  }
  return undefined;
}

function fingerprint(run: Run): string {
  return JSON.stringify(run, (_, value) =>
    typeof value === 'bigint'
      ? `${value}n`
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('hex')
        : value,
  );
}

describe('the catalogue', () => {
  it('has at least 60 attacks, and 12 in each of the four first families', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(60);
    for (const family of ['malformed', 'replay', 'rollback', 'downgrade'])
      expect([family, catalogue.filter((attack) => attack.family === family).length >= 12]).toEqual([
        family,
        true,
      ]);
  });

  it('names each attack once', () => {
    expect(new Set(catalogue.map((attack) => attack.id)).size).toBe(catalogue.length);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  });

  it('lists every row, built or not yet', () => {
    const listed = listCatalogue();
    expect(listed.length).toBe(rows.length);
    expect(
      listed
        .filter((row) => !row.notYet)
        .map((row) => row.id)
        .sort(),
    ).toEqual(catalogue.map((attack) => attack.id).sort());
  });

  it('says why a row is not built', () => {
    const silent = listCatalogue().filter(({ notYet, why }) => notYet && (!why || why === 'not built'));
    expect(silent.map(({ handle }) => handle)).toEqual([]);
  });

  it('finds attacks by id, handle, group, family, requirement and threat', () => {
    for (const name of [
      'rollback.sequence.lower',
      'e01',
      'E',
      'rollback',
      'REQ.SEC.SEQUENCE',
      'THREAT.IMG.EXPIRED',
    ])
      expect([name, selectAttacks(name)?.some((attack) => attack.handle === 'E01')]).toEqual([name, true]);
    expect(selectAttacks('no-such-attack')).toBeUndefined();
  });
});

describe.each(catalogue.map((attack) => [attack.handle, attack] as const))('%s', (_, attack) => {
  const row = rowOf(attack.id);

  it('agrees with its row', () => {
    expect(row).toBeDefined();
    expect(attack).toMatchObject({ handle: row?.handle, group: row?.group, family: row?.family });
    expect([...attack.threats].sort()).toEqual([...(row?.threats ?? [])].sort());
    expect([...attack.violates].sort()).toEqual([...(row?.requirements ?? [])].sort());
    for (const by of [attack.by].flat()) expect(row?.by).toContain(by);
    for (const one of attack.expects) expect(row?.strengths).toContain(one.strength);
  });

  it('says where a rejection is wanted', () => {
    for (const one of attack.expects)
      if (one.strength === 'must-reject') expect(one.stage, JSON.stringify(one)).toBeDefined();
  });

  it('applies, repeats exactly, survives JSON, and changes something', () => {
    const used = firstUse(attack);
    expect(used, 'never applicable in 60 draws').toBeDefined();
    if (used === undefined) return;
    const { attacked, choice } = used;
    expect(attack.expects).toContain(attacked.expect ?? attack.expects[0]);
    expect(fingerprint(attacked.attacked)).not.toBe(fingerprint(attacked.control));
    expect(attacked.attacked.steps.some((step) => step.must === 'judged')).toBe(true);
    expect(JSON.parse(JSON.stringify(choice))).toEqual(choice);
    const again = firstUse(attack);
    expect(again && fingerprint(again.attacked.attacked)).toBe(fingerprint(attacked.attacked));
  });
});
