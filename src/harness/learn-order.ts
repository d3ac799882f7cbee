/**
 * How the order of the attacks is learned: who catches whom among some animals of the zoo, and the order that catches
 * most of them soonest. Its result is the table in attacks/order.ts.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import type { Host } from '../verifiers/host.ts';
import type { Animal } from '../verifiers/zoo/zoo.ts';
import { isInapplicable } from './case.ts';
import { catchOf, SharedSequence, Yardstick } from './detection.ts';
import { seedOf } from './scenario-pool.ts';
import { casesOf } from './sequence.ts';
import { ControlCache } from './trial.ts';

/** The animals that an attack's first cases caught, by attack. */
export type Catches = ReadonlyMap<string, ReadonlySet<string>>;

/** Is the order learned from this animal? About half are; the others are to show what it is worth. */
export function isLearnedFrom(animal: string): boolean {
  return seedOf('half', animal) % 2 === 0;
}

/** Every case to every animal, also after it has been caught. */
export async function catchesOf(
  animals: readonly Animal[],
  open: (animal: Animal) => Promise<Host>,
  reference: Host,
  {
    attacks,
    seed,
    runs,
  }: { readonly attacks: readonly AnyAttack[]; readonly seed: number; readonly runs: number },
): Promise<Catches> {
  const cases = new SharedSequence(casesOf({ stored: [], attacks, seed, runs }));
  const yardstick = new Yardstick(reference);
  const catches = new Map<string, Set<string>>(attacks.map(({ id }) => [id, new Set()]));
  for (const animal of animals) {
    const host = await open(animal);
    const controls = new ControlCache();
    for (const one of cases) {
      if (isInapplicable(one)) continue;
      if ((await catchOf(host, one, controls, yardstick)) === undefined) continue;
      catches.get(one.attack.id)?.add(animal.id);
    }
    await host.close();
  }
  return catches;
}

/** Next always the attack that catches most of those that none before it caught; then those that catch most in all. */
export function greedyOrder(catches: Catches): readonly string[] {
  const left = [...catches];
  const caught = new Set<string>();
  const order: string[] = [];
  const gain = (animals: ReadonlySet<string>): number =>
    // Whoever catches nobody new is ordered by how many it catches, below all who do.
    [...animals].filter((id) => !caught.has(id)).length + animals.size / 10_000;
  while (left.length > 0) {
    const best = left.reduce((a, b) => (gain(b[1]) > gain(a[1]) ? b : a));
    if (best[1].size === 0) break;
    left.splice(left.indexOf(best), 1);
    order.push(best[0]);
    for (const id of best[1]) caught.add(id);
  }
  return order;
}
