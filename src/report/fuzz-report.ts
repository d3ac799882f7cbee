/**
 * What a fuzzing run came to, as fuzz.json (docs/schemas/fuzz) and as results that all other reports are made of.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import type { Finding } from '../harness/finding.ts';
import { inconsistent, stoppedFinding, vacuous } from '../harness/findings.ts';
import type { FuzzBudget, Origin } from '../harness/fuzz-lines.ts';
import type { FuzzState } from '../harness/fuzz-state.ts';
import type { PartingKind } from '../harness/parting.ts';
import type { Difference } from '../harness/readings.ts';
import { makeResults, type Results } from './results.ts';

/** Why it ended. */
export type FuzzEnd = 'cases' | 'time' | 'interrupted' | 'stopped';

export interface FuzzReport {
  readonly version: string;
  readonly seed: number;
  readonly verifiers: readonly string[];
  readonly attacks: number;
  readonly budget: FuzzBudget;
  readonly end: FuzzEnd;
  /** Cases judged, for each verifier. */
  readonly cases: number;
  readonly corpus: {
    readonly size: number;
    /** Kept cases among the first so many, at powers of two and at the end. */
    readonly growth: readonly { readonly cases: number; readonly kept: number }[];
  };
  /** By how the cases came about. */
  readonly origins: Readonly<Partial<Record<Origin, { readonly cases: number; readonly kept: number }>>>;
  /** By verifier: each behaviour, and the place of the case that showed it first. */
  readonly behaviours: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly differences: readonly DifferenceRow[];
  readonly findings: readonly Finding[];
  /** All that hangs on the clock and the machine. */
  readonly timing: {
    readonly seconds: number;
    readonly casesPerSecond: number;
    readonly jobs: number;
  };
}

/** Verifiers that part over the same bytes. */
export interface DifferenceRow {
  readonly kind: PartingKind;
  readonly answers: Readonly<Record<string, string>>;
  /** All accept, and read something differently: one of them is wrong. */
  readonly bothAccept: boolean;
  /** What that is; each value by its verifier. */
  readonly readings?: readonly Difference[];
  readonly cases: number;
  /** The first such case: its attack and its file in the folder `corpus`. */
  readonly attack: string;
  readonly file: string;
}

export function resultsOfFuzz(
  state: FuzzState,
  of: { readonly end: FuzzEnd; readonly attacks: readonly AnyAttack[]; readonly notYet: number },
): Results {
  const { setup, tallies, done, budget } = state;
  const counted = { tallies };
  const isWhole = [...state.origins].some(([origin]) => origin !== 'stored' && origin !== 'turn');
  const findings = [
    ...state.findings(),
    ...inconsistent(counted),
    // Before each attack has had its turn, that a family shows nothing means nothing.
    ...(isWhole ? vacuous(counted, of.attacks) : []),
    ...[...state.stopped].map(stoppedFinding),
  ];
  return makeResults({
    version: setup.version,
    seed: setup.seed,
    subject: `fuzzing: ${of.attacks.length} attacks, corpus ${state.corpus.length}`,
    campaign: { planned: budget.cases ?? done, done, neverApplicable: [], tallies },
    findings,
    attacks: of.attacks,
    notYet: of.notYet,
    notes: notesOf(state, of.end),
    interrupted: of.end === 'interrupted',
  });
}

function notesOf({ unsettled, spentMs, stopped }: FuzzState, end: FuzzEnd): string[] {
  const seconds = Math.round(spentMs / 1000);
  const why: Readonly<Record<FuzzEnd, string>> = {
    cases: 'the cases asked for are done',
    time: `its time was spent: ${seconds} s over all sessions`,
    interrupted: `interrupted after ${seconds} s over all sessions: what was judged is complete, --resume goes on`,
    stopped: `no verifier is left: ${[...stopped].join(', ')}`,
  };
  const left =
    unsettled.size === 0 ? [] : [`${unsettled.size} findings are not shrunk yet: --resume shrinks them`];
  return [why[end], ...left];
}

export function makeFuzzReport(
  state: FuzzState,
  { findings }: Results,
  of: { readonly end: FuzzEnd; readonly jobs: number },
): FuzzReport {
  const { setup, budget, done, corpus, spentMs } = state;
  const seconds = spentMs / 1000;
  return {
    version: setup.version,
    seed: setup.seed,
    verifiers: setup.verifiers,
    attacks: setup.attacks.length,
    budget,
    end: of.end,
    cases: done,
    corpus: { size: corpus.length, growth: growthOf(state) },
    origins: Object.fromEntries(state.origins),
    behaviours: Object.fromEntries(
      [...state.behaviours].map(([verifier, known]) => [verifier, Object.fromEntries(known)]),
    ),
    differences: differencesOf(state),
    findings,
    timing: {
      seconds: Math.round(seconds * 10) / 10,
      casesPerSecond: seconds === 0 ? 0 : Math.round(done / seconds),
      jobs: of.jobs,
    },
  };
}

function growthOf({ corpus, done }: FuzzState): FuzzReport['corpus']['growth'] {
  const points: number[] = [];
  for (let cases = 32; cases < done; cases *= 2) points.push(cases);
  return [...points, done].map((cases) => ({ cases, kept: corpus.filter(({ n }) => n < cases).length }));
}

function differencesOf(state: FuzzState): readonly DifferenceRow[] {
  return state.differences().map(({ kind, answers, readings, first, cases }) => ({
    kind,
    answers: Object.fromEntries(state.setup.verifiers.map((verifier, i) => [verifier, answers[i] ?? ''])),
    bothAccept: kind === 'reads-differently',
    ...(readings && { readings }),
    cases,
    attack: first.attack,
    file: first.file,
  }));
}
