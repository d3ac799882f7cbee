/**
 * The self-test: every animal of the zoo under the same cases, the generator of blind mutations beside them.
 *
 * @module
 */
import type { Host } from '../verifiers/host.ts';
import { equivalents } from '../verifiers/zoo/equivalents.ts';
import { sentinels } from '../verifiers/zoo/sentinels.ts';
import type { Animal } from '../verifiers/zoo/zoo.ts';
import { type BlindCase, BlindYardstick, blindCases, detectBlind } from './blind.ts';
import { type Case, type Inapplicable, isInapplicable } from './case.ts';
import { type Catch, type Detection, detect, SharedSequence, Yardstick } from './detection.ts';
import { type Finding, fingerprintOf } from './finding.ts';
import { type FindingOptions, findingOf } from './findings.ts';

export interface ZooOptions {
  readonly animals: readonly Animal[];
  readonly cases: Iterable<Case | Inapplicable>;
  readonly seed: number;
  /** Blind cases for each animal; 0: the blind generator is not run. */
  readonly blindCases: number;
  /** Where an animal lives: some never answer, or take all memory there is, and need a process of their own. */
  readonly open: (animal: Animal) => Promise<Host>;
  /** The reference, for what is no animal's own weakness. */
  readonly yardstick: Host;
  /** Animals under test at once. */
  readonly width: number;
  readonly stop?: () => boolean;
  /** How counterexamples are shrunk and stored; absent: they are not. */
  readonly findings?: FindingOptions;
  readonly onAnimal?: (result: AnimalResult) => void;
}

export interface AnimalResult {
  readonly animal: Animal;
  readonly role: 'animal' | 'sentinel' | 'equivalent';
  readonly detection: Detection;
  /** By the attacks that its entry names; absent: the first catch was by one of them, or nothing was named. */
  readonly named?: Detection;
  readonly blind?: { readonly caught: boolean; readonly cases: number };
  /** The shrunk counterexample. */
  readonly finding?: Finding;
  readonly ms: number;
}

export async function runZoo(options: ZooOptions): Promise<readonly AnimalResult[]> {
  const cases = new SharedSequence(options.cases);
  const blind = new SharedSequence(blindCases(options.seed));
  const yardstick = new Yardstick(options.yardstick);
  const blindYardstick = new BlindYardstick(options.yardstick);
  return pool(options.animals, options.width, async (animal) => {
    const started = performance.now();
    const host = await options.open(animal);
    try {
      const detection = await detect(host, cases, yardstick, options.stop);
      const ms = performance.now() - started;
      const result: AnimalResult = {
        animal,
        role: roleOf(animal),
        detection,
        ...(await byNamed(animal, host, detection, cases, yardstick, options.stop)),
        ...(await byBlind(host, blind, blindYardstick, options)),
        ...(await counterexample(host, detection, options)),
        ms,
      };
      options.onAnimal?.(result);
      return result;
    } finally {
      await host.close();
    }
  });
}

/** Share of the animals that were caught, 0 to 1; sentinels and equivalents are no animals. */
export function scoreOf(results: readonly AnimalResult[], by: 'structured' | 'blind'): number {
  const animals = results.filter(({ role }) => role === 'animal');
  const caught = animals.filter(({ detection, blind }) =>
    by === 'blind' ? blind?.caught : detection.caught,
  );
  return animals.length === 0 ? 0 : caught.length / animals.length;
}

/** What is wrong with the bench, or with an animal's entry; empty: the zoo is as it should be. */
export function zooProblems(results: readonly AnimalResult[]): readonly string[] {
  return results.flatMap(({ animal, role, detection, named }) => {
    const by = detection.by;
    if (role === 'equivalent')
      return detection.caught
        ? [`${animal.id} is right and was caught by ${by?.id}: ${by?.ruling.note}`]
        : [];
    if (named !== undefined && !named.caught)
      return [
        `${animal.id} was caught by ${by?.id}, and by none of the attacks it names: ${animal.exposedBy.join(', ')}`,
      ];
    return [];
  });
}

function roleOf(animal: Animal): AnimalResult['role'] {
  if (sentinels.includes(animal)) return 'sentinel';
  return equivalents.includes(animal) ? 'equivalent' : 'animal';
}

async function byNamed(
  animal: Animal,
  host: Host,
  first: Detection,
  cases: Iterable<Case | Inapplicable>,
  yardstick: Yardstick,
  stop?: () => boolean,
): Promise<Pick<AnimalResult, 'named'>> {
  if (first.by === undefined || animal.exposedBy.length === 0) return {};
  if (isNamed(animal, first.by)) return {};
  return { named: await detect(host, only(cases, animal.exposedBy), yardstick, stop) };
}

function isNamed(animal: Animal, { id }: Catch): boolean {
  return animal.exposedBy.includes(id);
}

function* only(cases: Iterable<Case | Inapplicable>, ids: readonly string[]): Generator<Case | Inapplicable> {
  for (const one of cases) {
    if (ids.includes(one.attack.id) || (!isInapplicable(one) && ids.includes(one.family))) yield one;
  }
}

async function byBlind(
  host: Host,
  cases: Iterable<BlindCase>,
  yardstick: BlindYardstick,
  { blindCases: most, stop }: ZooOptions,
): Promise<Pick<AnimalResult, 'blind'>> {
  if (most === 0) return {};
  return { blind: await detectBlind(host, cases, yardstick, { most, ...(stop && { stop }) }) };
}

async function counterexample(
  host: Host,
  { by, cases }: Detection,
  { findings }: ZooOptions,
): Promise<Pick<AnimalResult, 'finding'>> {
  // A weakness is no finding: there is nothing to shrink towards.
  if (by === undefined || findings === undefined || by.ruling.verdict !== 'failed') return {};
  const { id, case: one, ruling, ofControl } = by;
  const fingerprint = fingerprintOf(host.spec, id, ruling, ofControl ? undefined : one.expect);
  return {
    finding: await findingOf({ fingerprint, host, id, case: one, ruling, ofControl, cases }, findings),
  };
}

/** In the order of the items, `width` at a time. */
async function pool<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
