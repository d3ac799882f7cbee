/**
 * A part of `gauntlet zoo`: some of the animals under the cases of the whole run.
 *
 * @module
 */
import { join } from 'node:path';
import { inLearnedOrder } from '../attacks/order.ts';
import type { Crypto } from '../cose/crypto.ts';
import { nodeCrypto } from '../cose/node-crypto.ts';
import { sharedCrypto } from '../cose/shared-crypto.ts';
import { type Case, type Inapplicable, isInapplicable } from '../harness/case.ts';
import { casesToReplay } from '../harness/corpus.ts';
import { directHost } from '../harness/direct-host.ts';
import { casesOf } from '../harness/sequence.ts';
import { runZoo, type Share } from '../harness/zoo-run.ts';
import { type ZooEntry, zooEntry } from '../report/zoo.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Host } from '../verifiers/host.ts';
import { openVerifier } from '../verifiers/transports/open.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { type Animal, runaways, wholeZoo } from '../verifiers/zoo/zoo.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { ownCases } from './corpus.ts';

/** As JSON, for another thread. */
export interface ZooPart {
  /** Ids. */
  readonly animals: readonly string[];
  /** Of the cases for equivalents, which are in every part. */
  readonly share: Share;
  readonly only?: readonly string[];
  readonly seed: number;
  readonly runs: number;
  /** Cases for each animal, in as many rounds as that takes; absent: `runs` rounds. */
  readonly cases?: number;
  /** Milliseconds; absent: no end but that of the cases. */
  readonly ms?: number;
  readonly blind: number;
  /** Also the cases that come with the bench, first. */
  readonly stored: boolean;
  readonly shrink: number;
  /** Folder for counterexamples; absent: none is made. */
  readonly out?: string;
}

/** An animal has been caught. */
export interface Caught {
  readonly id: string;
  readonly by: string;
  readonly cases: number;
}

export async function runZooPart(
  part: ZooPart,
  onCaught: (caught: Caught) => void,
): Promise<readonly ZooEntry[]> {
  const { seed, out, blind, shrink, share } = part;
  const crypto = sharedCrypto(nodeCrypto);
  const end = performance.now() + (part.ms ?? Number.POSITIVE_INFINITY);
  const results = await runZoo({
    animals: part.animals.map((id) => wholeZoo.find((animal) => animal.id === id) as Animal),
    cases: sequence(part),
    seed,
    blindCases: blind,
    share,
    open: (animal) => openAnimal(animal, crypto),
    yardstick: await directHost('reference', (await createBuiltin('reference')) as Verifier),
    stop: () => performance.now() > end,
    ...(out !== undefined && {
      findings: { seed, shrinkTries: shrink, folder: join(out, 'findings'), withoutSecrets: false },
    }),
    onCaught: ({ id }, by, cases) => onCaught({ id, by: by.id, cases }),
  });
  return results.map(zooEntry);
}

/** As `gauntlet run` has it: the stored cases, then round after round, both in the learned order. */
function* sequence(part: ZooPart): Generator<Case | Inapplicable> {
  const attacks = inLearnedOrder(chosenAttacks(part));
  const stored = casesToReplay(ownCases(part), (attack) => attacks.includes(attack));
  const runs = part.cases === undefined ? part.runs : Number.MAX_SAFE_INTEGER;
  let left = part.cases ?? Number.POSITIVE_INFINITY;
  for (const one of casesOf({ stored, attacks, seed: part.seed, runs })) {
    if (!isInapplicable(one)) left--;
    if (left < 0) return;
    yield one;
  }
}

/** In this process, which is much the quickest; apart those that do not end by themselves. */
function openAnimal({ id, create }: Animal, crypto: Crypto): Promise<Host> {
  const spec = `zoo:${id}`;
  return runaways.includes(id) ? openVerifier(spec) : directHost(spec, create(crypto));
}
