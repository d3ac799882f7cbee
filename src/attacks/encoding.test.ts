import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readItem } from '../cbor/read.ts';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { AnyAttack, Attacked } from './attack.ts';
import { coseStructureAttacks } from './cose-structure.ts';
import { encodingAttacks } from './encoding.ts';
import { permuted } from './encoding-map.ts';
import { rowOf } from './rows.ts';

const runs = 24;

/** Every use of the attack over seeded scenarios and choices. */
function uses(attack: AnyAttack): readonly { readonly choice: unknown; readonly attacked: Attacked }[] {
  const plans = fc.sample(arbitraryPlan(attack.on), { seed: 17, numRuns: runs });
  const choices = fc.sample(attack.choice, { seed: 23, numRuns: runs });
  return plans.flatMap((plan, i) => {
    const attacked = attack.apply(buildScenario(plan), choices[i]);
    return attacked === undefined ? [] : [{ choice: choices[i], attacked }];
  });
}

function envelopeOf(run: Attacked['attacked']): string {
  return Buffer.from(run.steps[0]?.delivery.envelope ?? run.recipient.installed ?? []).toString('hex');
}

function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, v) =>
    typeof v === 'bigint' ? `${v}n` : v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v,
  );
}

describe('group A', () => {
  it('has all twenty rows', () => {
    const handles = encodingAttacks.map((attack) => attack.handle).sort();
    expect(handles).toEqual(Array.from({ length: 20 }, (_, i) => `A${String(i + 1).padStart(2, '0')}`));
  });
});

describe.each(
  [...encodingAttacks, ...coseStructureAttacks].map((attack) => [attack.handle, attack] as const),
)('%s', (handle, attack) => {
  it('agrees with its row of the catalogue', () => {
    const row = rowOf(attack.id)!;
    expect(attack).toMatchObject({ handle: row.handle, group: row.group, family: row.family });
    expect(attack.threats).toEqual(row.threats);
    expect([...attack.violates].sort()).toEqual([...row.requirements].sort());
    for (const by of [attack.by].flat()) expect(row.by).toContain(by);
    for (const { strength } of attack.expects) expect(row.strengths).toContain(strength);
    expect(new Set(attack.expects.map((e) => e.strength))).toEqual(new Set(row.strengths));
  });

  it('changes bytes or recipient, under a listed expectation', () => {
    const found = uses(attack);
    expect(found.length).toBeGreaterThan(runs / 4);
    for (const { attacked, choice } of found) {
      expect(attack.expects, JSON.stringify(choice)).toContain(attacked.expect ?? attack.expects[0]);
      const isOther =
        envelopeOf(attacked.attacked) !== envelopeOf(attacked.control) ||
        attacked.attacked.recipient !== attacked.control.recipient;
      expect(isOther, JSON.stringify(choice)).toBe(true);
    }
  });

  it('repeats exactly, also from choices that went through JSON, and leaves the scenario alone', () => {
    const plans = fc.sample(arbitraryPlan(attack.on), { seed: 3, numRuns: 8 });
    const choices = fc.sample(attack.choice, { seed: 5, numRuns: 8 });
    plans.forEach((plan, i) => {
      const scenario = buildScenario(plan);
      const untouched = fingerprint(scenario);
      const first = attack.apply(scenario, choices[i]);
      const second = attack.apply(buildScenario(plan), JSON.parse(JSON.stringify(choices[i])));
      expect(fingerprint(second)).toBe(fingerprint(first));
      expect(fingerprint(scenario)).toBe(untouched);
    });
  });

  it('does not need the author, unless the change is the author’s', () => {
    const plans = fc.sample(arbitraryPlan(attack.on), { seed: 9, numRuns: 12 });
    const choices = fc.sample(attack.choice, { seed: 4, numRuns: 12 });
    const applied = plans.filter((plan, i) =>
      attack.apply({ ...buildScenario(plan), signers: [] }, choices[i]),
    ).length;
    const bys = [attack.by].flat();
    if (bys.every((by) => by === 'author')) expect(applied).toBe(0);
    // The other structure of C08, and the kid that C22 must not repeat, come from the author's keys.
    else if (handle !== 'C08' && handle !== 'C22') expect(applied).toBeGreaterThan(0);
  });
});

describe.each(['A01', 'A02', 'A03', 'A04', 'A05', 'A06'])('%s', (handle) => {
  const attack = encodingAttacks.find((one) => one.handle === handle)!;

  it('leaves nothing that reads as one well-formed item, at some depth of byte strings', () => {
    for (const { attacked, choice } of uses(attack)) {
      const bytes = attacked.attacked.steps[0]?.delivery.envelope ?? new Uint8Array(0);
      expect(isWellFormedThroughout(bytes), JSON.stringify(choice)).toBe(false);
    }
  });
});

/** Is the input well-formed, and also every byte string in it that begins like an array, a map or a tag? */
function isWellFormedThroughout(bytes: Uint8Array): boolean {
  const read = readItem(bytes);
  if (!read.ok) return false;
  const pending = [read.item];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.kind === 'tag') pending.push(item.item);
    if (item.kind === 'array') pending.push(...item.items);
    if (item.kind === 'map') pending.push(...item.entries.flat());
    if (item.kind === 'bstr') {
      const inner = readItem(item.bytes);
      const major = (item.bytes[0] ?? 0x80) >> 5;
      if (inner.ok) pending.push(inner.item);
      else if (major >= 4 && major <= 6) return false;
      else if (item.bytes.length === 0 || inner.error.code !== 'trailing-data') return false;
    }
  }
  return true;
}

describe('permuted', () => {
  it('never gives the order back, and every other order once', () => {
    const list = ['a', 'b', 'c', 'd'];
    const orders = Array.from({ length: 23 }, (_, i) => permuted(list, i).join(''));
    expect(new Set(orders).size).toBe(23);
    expect(orders).not.toContain('abcd');
  });
});
