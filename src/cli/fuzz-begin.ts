/**
 * How a fuzzing run begins: anew, as its options say, or as it was begun before.
 *
 * @module
 */
import { inLearnedOrder } from '../attacks/order.ts';
import { BenchError } from '../bench-error.ts';
import type { Parent } from '../harness/breed.ts';
import type { FuzzBudget, FuzzSetup } from '../harness/fuzz-lines.ts';
import { FuzzState } from '../harness/fuzz-state.ts';
import {
  createStore,
  demandNew,
  type FuzzStore,
  noStore,
  readStore,
  reopenStore,
} from '../harness/fuzz-store.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import type { Within } from '../scenarios/within.ts';
import type { MemoryLimit } from '../verifiers/host.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { claimedWithin } from './claimed-within.ts';
import type { Config } from './config.ts';
import { ownCorpus } from './corpus.ts';
import { makeFolder } from './files.ts';
import { fixedRecipient } from './fixed-recipient.ts';
import { demandEnvelopes } from './packages.ts';

export interface FuzzOptions {
  readonly verifier?: readonly string[];
  readonly config?: Config;
  readonly seed?: number;
  readonly time?: number;
  readonly cases?: number;
  readonly jobs?: number;
  readonly only?: readonly string[];
  readonly corpus?: readonly string[];
  readonly stored: boolean;
  readonly baseline?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly deadline?: number;
  readonly memory?: MemoryLimit;
  /** 0, 1, 2, or a file with a profile. */
  readonly class?: string;
  readonly shrink?: number;
  readonly format: 'text' | 'json';
}

export const defaultSeconds = 60;
const defaultVerifier = 'reference';
const defaultLimits = { deadline: 2000, memory: 256 } as const;

export interface Begun {
  readonly state: FuzzState;
  readonly parents: readonly Parent[];
  /** Of a new run once the jobs are there: one that cannot begin leaves no folder. */
  readonly open: () => FuzzStore;
  /** Where it comes to nothing before that. */
  readonly abandon: () => void;
}

/** Throws BenchError `fuzz-exists`, and `usage` for a device that cannot be set back. */
export async function begun(options: FuzzOptions): Promise<Begun> {
  const { out, only } = options;
  demandEnvelopes('fuzz', options.verifier ?? []);
  const attacks = inLearnedOrder(chosenAttacks(options));
  const fixed = deviceOf(options);
  if (out !== undefined) demandNew(out);
  const within = await withinOf(options);
  const setup: FuzzSetup = {
    version: version(),
    seed: options.seed ?? 1,
    verifiers: verifiersOf(options) ?? [defaultVerifier],
    attacks: attacks.map(({ id }) => id),
    composes: only === undefined && fixed === undefined,
    ...(fixed && { fixed }),
    ...(within && { within }),
    corpora: fixed ? [] : [...(options.stored ? [ownCorpus()] : []), ...(options.corpus ?? [])],
    deadline: options.deadline ?? defaultLimits.deadline,
    memoryMiB: options.memory ?? defaultLimits.memory,
    ...(options.class !== undefined && { class: options.class }),
    shrinkTries: options.shrink ?? 60,
  };
  const budget = budgetOf(options) ?? { seconds: defaultSeconds };
  const open = (): FuzzStore => {
    if (out === undefined) return noStore;
    makeFolder(out);
    return createStore(out, setup, budget);
  };
  return { state: new FuzzState(setup, budget), parents: [], open, abandon: () => {} };
}

/** Throws BenchError `fuzz-resume` where what is asked for is not what was begun, and as `reopenStore` does. */
export function resumed(options: FuzzOptions, folder: string): Begun {
  if (options.out !== undefined || options.corpus !== undefined)
    throw new BenchError(
      'usage',
      '--resume goes on in its own folder and corpus: leave --out and --corpus out',
    );
  const store = reopenStore(folder);
  try {
    const { state, parents } = readStore(folder);
    demandSame(options, folder, state.setup);
    const budget = budgetOf(options);
    const open = (): FuzzStore => {
      if (budget !== undefined) store.write({ kind: 'budget', budget });
      return store;
    };
    if (budget !== undefined) state.apply({ kind: 'budget', budget });
    return { state, parents, open, abandon: store.close };
  } catch (thrown) {
    store.close();
    throw thrown;
  }
}

function demandSame(options: FuzzOptions, folder: string, setup: FuzzSetup): void {
  const fixed = deviceOf({ ...options, verifier: setup.verifiers });
  const verifiers = verifiersOf(options);
  const wanted = {
    version: version(),
    ...(verifiers && { verifiers }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.only && { attacks: inLearnedOrder(chosenAttacks(options)).map(({ id }) => id) }),
    ...(options.deadline !== undefined && { deadline: options.deadline }),
    ...(options.memory !== undefined && { memoryMiB: options.memory }),
    ...(options.class !== undefined && { class: options.class }),
    ...(options.shrink !== undefined && { shrinkTries: options.shrink }),
    fixed,
  };
  for (const [name, value] of Object.entries(wanted)) {
    const before = setup[name as keyof FuzzSetup];
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    const said =
      name === 'fixed'
        ? 'for the device of another config file, or as that was then: give it with --config'
        : `with ${name} ${shown(before)}, not ${shown(value)}`;
    throw new BenchError(
      'fuzz-resume',
      `${folder} was begun ${said}: a run goes on as it began, or begins anew in another folder`,
    );
  }
}

/** Before anything is planned each verifier is started for its hello. */
function withinOf({ deadline, memory, ...options }: FuzzOptions): Promise<Within | undefined> {
  return claimedWithin(verifiersOf(options) ?? [defaultVerifier], {
    ...options,
    deadline: deadline ?? defaultLimits.deadline,
    memory: memory ?? defaultLimits.memory,
  });
}

function verifiersOf({ verifier }: Pick<FuzzOptions, 'verifier'>): readonly string[] | undefined {
  return verifier && [...new Set(verifier)];
}

/** Each case of a device without reset builds on those before; what is bred may come to be judged in any order. */
function deviceOf(options: FuzzOptions): FixedPlan | undefined {
  const fixed = fixedRecipient(options.verifier ?? [defaultVerifier], options.config);
  if (fixed?.reset === undefined) return fixed;
  throw new BenchError('usage', 'a device without reset is attacked by gauntlet run, not by gauntlet fuzz');
}

function budgetOf({ time, cases }: FuzzOptions): FuzzBudget | undefined {
  if (time === undefined && cases === undefined) return undefined;
  return { ...(time !== undefined && { seconds: time }), ...(cases !== undefined && { cases }) };
}

function shown(value: unknown): string {
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
