/**
 * The self-test: every animal of the zoo under the same cases, the generator of blind mutations beside them.
 *
 * Each case is drawn once and delivered to all animals that are still to be caught, so that a time budget cuts the
 * sequence at the same place for all of them, and a long run keeps no case.
 *
 * @module
 */
import type { Host } from '../verifiers/host.ts';
import { equivalents } from '../verifiers/zoo/equivalents.ts';
import { sentinels } from '../verifiers/zoo/sentinels.ts';
import type { Animal } from '../verifiers/zoo/zoo.ts';
import { type BlindCase, BlindYardstick, blindCases, detectBlind } from './blind.ts';
import { type Case, type Inapplicable, isInapplicable } from './case.ts';
import { type Catch, catchOf, type Detection, SharedSequence, Yardstick } from './detection.ts';
import { type Finding, fingerprintOf } from './finding.ts';
import { type FindingOptions, findingOf } from './findings.ts';
import { ControlCache } from './trial.ts';

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
  /** Asked between cases; true ends the run. */
  readonly stop?: () => boolean;
  /** How counterexamples are shrunk and stored; absent: they are not. */
  readonly findings?: FindingOptions;
  /** The equivalents meet only this part of the cases, other threads have the others; absent: all. */
  readonly share?: Share;
  /** When an animal has been caught. */
  readonly onCaught?: (animal: Animal, by: Catch, cases: number) => void;
}

/** One of several equal parts. */
export interface Share {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

export type Role = 'animal' | 'sentinel' | 'equivalent';

export interface AnimalResult {
  readonly animal: Animal;
  readonly role: Role;
  readonly detection: Detection;
  /** By cases of the attacks that its entry names; absent: the first catch was one, or nothing was named. */
  readonly named?: Detection;
  readonly blind?: { readonly caught: boolean; readonly cases: number };
  /** The shrunk counterexample. */
  readonly finding?: Finding;
  /** From the beginning of the run until it was caught, or until the last case. */
  readonly ms: number;
}

export async function runZoo(options: ZooOptions): Promise<readonly AnimalResult[]> {
  const { animals, yardstick, stop, share } = options;
  const watched = await Promise.all(
    animals.map(async (animal) => new Watched(animal, await options.open(animal))),
  );
  try {
    await deliverAll(options, watched);
    const blind = new SharedSequence(blindCases(options.seed));
    const blindYardstick = new BlindYardstick(yardstick);
    const results: AnimalResult[] = [];
    for (const [i, one] of watched.entries())
      results.push({
        ...one.result(),
        ...(await byBlind(one.host, blind, blindYardstick, {
          most: isShared(one.animal, share) && i % share.of !== share.index ? 0 : options.blindCases,
          ...(stop && { stop }),
        })),
        ...(await counterexample(one, options)),
      });
    return results;
  } finally {
    await Promise.all(watched.map(({ host }) => host.close()));
  }
}

async function deliverAll(options: ZooOptions, watched: readonly Watched[]): Promise<void> {
  const started = performance.now();
  const yardstick = new Yardstick(options.yardstick);
  const isOwn = ownCases(options.share);
  for (const one of options.cases) {
    const waiting = watched.filter((animal) => animal.isToBeCaught());
    if (waiting.length === 0 || options.stop?.()) return;
    if (isInapplicable(one)) continue;
    const own = isOwn(one);
    await Promise.all(
      waiting.map(async (animal) => {
        if (!own && equivalents.includes(animal.animal)) {
          animal.cases++;
          return;
        }
        const wasCaught = animal.by !== undefined;
        await animal.deliver(one, yardstick, started);
        if (animal.by !== undefined && !wasCaught) options.onCaught?.(animal.animal, animal.by, animal.cases);
      }),
    );
  }
}

/** Cases with one control are all in one share, where it is delivered once. */
function ownCases(share: Share | undefined): (one: Case) => boolean {
  if (share === undefined) return () => true;
  const places = new WeakMap<Case['control'], number>();
  let next = 0;
  return ({ lead, control }) => {
    const run = lead ?? control;
    const place = places.get(run) ?? next++;
    places.set(run, place);
    return place % share.of === share.index;
  };
}

function isShared(animal: Animal, share: Share | undefined): share is Share {
  return share !== undefined && equivalents.includes(animal);
}

/** An animal and what has been seen of it. */
class Watched {
  readonly animal: Animal;
  readonly host: Host;
  /** Its first catch. */
  by: Catch | undefined;
  /** Of the sequence, those of other shares too. */
  cases = 0;
  private byNamed: Catch | undefined;
  private namedCases = 0;
  private ms = 0;
  private controls = new ControlCache();

  constructor(animal: Animal, host: Host) {
    this.animal = animal;
    this.host = host;
  }

  /** After its first catch only the attacks that it names go on, until a case of theirs catches it too. */
  isToBeCaught(): boolean {
    if (this.by === undefined) return true;
    return this.animal.exposedBy.length > 0 && this.byNamed === undefined;
  }

  async deliver(one: Case, yardstick: Yardstick, started: number): Promise<void> {
    const isNamed = this.names(one.attack.id) || this.names(one.family);
    if (this.by !== undefined && !isNamed) return;
    if (isNamed) this.namedCases++;
    if (this.by === undefined) this.cases++;
    const found = await catchOf(this.host, one, this.controls, yardstick);
    if (this.by === undefined) {
      this.by = found;
      this.ms = performance.now() - started;
      // What refuses a control is to be seen again by the attacks that it names.
      if (found !== undefined) this.controls = new ControlCache();
    }
    if (isNamed) this.byNamed ??= found;
  }

  result(): AnimalResult {
    const { animal, by, byNamed } = this;
    const needsNamed = by !== undefined && animal.exposedBy.length > 0 && byNamed !== by;
    return {
      animal,
      role: roleOf(animal),
      detection: { caught: by !== undefined, cases: this.cases, ...(by && { by }) },
      ...(needsNamed && {
        named: { caught: byNamed !== undefined, cases: this.namedCases, ...(byNamed && { by: byNamed }) },
      }),
      ms: this.ms,
    };
  }

  private names(id: string): boolean {
    return this.animal.exposedBy.includes(id);
  }
}

function roleOf(animal: Animal): Role {
  if (sentinels.includes(animal)) return 'sentinel';
  return equivalents.includes(animal) ? 'equivalent' : 'animal';
}

async function byBlind(
  host: Host,
  cases: Iterable<BlindCase>,
  yardstick: BlindYardstick,
  options: { readonly most: number; readonly stop?: () => boolean },
): Promise<Pick<AnimalResult, 'blind'>> {
  return options.most === 0 ? {} : { blind: await detectBlind(host, cases, yardstick, options) };
}

async function counterexample(
  { host, by, cases }: Watched,
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
