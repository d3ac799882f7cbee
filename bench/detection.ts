/**
 * `npm run bench -- detection [--cases N]`: cases until a broken verifier is caught, by structured attacks, by those of
 * its family alone, and by blind mutation, each with the same number of cases (default 500).
 *
 * @module
 */
import { parseArgs } from 'node:util';
import type { AnyAttack } from '../src/attacks/attack.ts';
import { catalogue } from '../src/attacks/catalogue.ts';
import { inLearnedOrder } from '../src/attacks/order.ts';
import { nodeCrypto } from '../src/cose/node-crypto.ts';
import { sharedCrypto } from '../src/cose/shared-crypto.ts';
import { type Case, type Inapplicable, isInapplicable } from '../src/harness/case.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { casesOf } from '../src/harness/sequence.ts';
import { type AnimalResult, runZoo } from '../src/harness/zoo-run.ts';
import { quantile } from '../src/quantile.ts';
import { referenceVerifier } from '../src/verifiers/reference/reference.ts';
import { sentinels } from '../src/verifiers/zoo/sentinels.ts';
import { type Animal, runaways, zoo } from '../src/verifiers/zoo/zoo.ts';

interface Found {
  readonly caught: boolean;
  readonly cases: number;
}

const animals = zoo.filter((one) => !sentinels.includes(one) && !runaways.includes(one.id));
const seed = 1;

export async function runDetectionBench(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({ args: [...args], options: { cases: { type: 'string', default: '500' } } });
  const most = Number(values.cases);
  const results = await run(animals, catalogue, most, most);
  const alone: AnimalResult[] = [];
  for (const [family, those] of byFamily()) {
    const attacks = catalogue.filter((attack) => attack.family === family);
    alone.push(...(await run(those, attacks, most, 0)));
  }
  const blind = results.flatMap((one) => (one.blind ? [one.blind] : []));
  return `Cases until caught, of at most ${most} for each animal, seed ${seed}. Left out: ${runaways.join(', ')}
(they end only in a process of their own; "gauntlet zoo" runs them).

${line('all attacks', detected(results))}
${line('its family', detected(alone))}
${line('blind', blind)}

No coverage-guided fuzzer is compared, for none runs on the same target here: Jazzer.js 4 wants a newer glibc than
Debian 12 has, and AFL++ and libFuzzer run on native code, which these verifiers are not.
`;
}

/** The same cases to all of these at once. */
async function run(
  those: readonly Animal[],
  attacks: readonly AnyAttack[],
  most: number,
  blindCases: number,
): Promise<readonly AnimalResult[]> {
  const crypto = sharedCrypto(nodeCrypto);
  return runZoo({
    animals: those,
    cases: first(most, casesOf({ stored: [], attacks: inLearnedOrder(attacks), seed, runs: most })),
    seed,
    blindCases,
    open: ({ id, create }) => directHost(`zoo:${id}`, create(crypto)),
    yardstick: await directHost('reference', referenceVerifier()),
  });
}

function* first(most: number, cases: Iterable<Case | Inapplicable>): Generator<Case | Inapplicable> {
  let left = most;
  for (const one of cases) {
    if (!isInapplicable(one)) left--;
    if (left < 0) return;
    yield one;
  }
}

/** The animals by the family of the first attack that each names; those that only valid families expose have none. */
function byFamily(): ReadonlyMap<AnyAttack['family'], readonly Animal[]> {
  const families = new Map<AnyAttack['family'], Animal[]>();
  for (const animal of animals) {
    const attack = catalogue.find(({ id }) => animal.exposedBy.includes(id));
    if (attack === undefined) continue;
    families.set(attack.family, [...(families.get(attack.family) ?? []), animal]);
  }
  return families;
}

function detected(results: readonly AnimalResult[]): readonly Found[] {
  return results.map(({ detection }) => detection);
}

function line(name: string, rows: readonly Found[]): string {
  const caughtAt = rows.filter(({ caught }) => caught).map(({ cases }) => cases);
  return [
    name.padEnd(12),
    `caught ${caughtAt.length} of ${rows.length}`,
    `median ${quantile(caughtAt, 0.5)}`,
    `90th percentile ${quantile(caughtAt, 0.9)}`,
    `never ${rows.length - caughtAt.length}`,
  ].join('  ');
}
