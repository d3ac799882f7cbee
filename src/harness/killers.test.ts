import { describe, expect, it } from 'vitest';
import type { AnyAttack } from '../attacks/attack.ts';
import { catalogue } from '../attacks/catalogue.ts';
import { isOpen } from '../attacks/order.ts';
import { rowOf } from '../attacks/rows.ts';
import { validFamilyIds } from '../scenarios/families.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { zoo } from '../verifiers/zoo/zoo.ts';
import { drawCase, isInapplicable } from './case.ts';
import { directHost } from './direct-host.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

/** Attacks that no animal can be caught by alone, and why. */
const withoutKiller: Readonly<Record<string, string>> = {
  'rollback.sequence.boot-advance':
    'a weakness of the reference itself: no draft says that a boot raises the number',
  'downgrade.old-draft':
    'who reads the older labels also invokes in the untouched update, and is caught by that',
  'fetch.slow':
    'who waits for ever ends as the untouched update does, and an image that came in part is refused by size and digest',
};

const wanted = catalogue.filter((attack) => !isOpen(attack) && !(attack.id in withoutKiller));
const rounds = 40;
const reference = await directHost('reference', referenceVerifier());

const isCaught = (ruling: Ruling, ofReference: Ruling): boolean =>
  ruling.verdict === 'failed' || (ruling.verdict === 'weak' && ofReference.verdict !== 'weak');

/** The first of its animals that the attack catches. */
async function caughtBy(attack: AnyAttack): Promise<string | undefined> {
  const animals = zoo.filter(({ exposedBy }) => exposedBy.includes(attack.id));
  for (let round = 0; round < rounds; round++) {
    const drawn = drawCase(attack, round, 1);
    if (isInapplicable(drawn)) continue;
    const { ruling: right } = await tryCase(reference, drawn, new ControlCache());
    for (const animal of animals) {
      const { ruling } = await tryCase(
        await directHost(animal.id, animal.create()),
        drawn,
        new ControlCache(),
      );
      if (isCaught(ruling, right)) return animal.id;
    }
  }
  return undefined;
}

describe('each attack is the killer of an animal', () => {
  it.each(wanted.map((attack) => [attack.id, attack] as const))('%s', async (id, attack) => {
    const missing = `no animal that names ${id} in exposedBy is caught by it within ${rounds} cases: add one to src/verifiers/zoo, or say why not in src/harness/killers.test.ts`;
    expect(await caughtBy(attack), missing).toBeDefined();
  });

  it('names attacks and valid families that exist', () => {
    const named = [...Object.keys(withoutKiller), ...zoo.flatMap(({ exposedBy }) => exposedBy)];
    const families: readonly string[] = validFamilyIds;
    expect(named.filter((id) => rowOf(id) === undefined && !families.includes(id))).toEqual([]);
  });
});
