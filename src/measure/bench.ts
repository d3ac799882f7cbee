/**
 * The benchmark: what parsing and verifying costs a verifier, on the published examples, under each algorithm, and on
 * envelopes that grow in one dimension.
 *
 * @module
 */

import { loadavg } from 'node:os';
import { BenchError } from '../bench-error.ts';
import type { NamedEntry } from '../verifiers/transports/verifier-entry.ts';
import type { BenchReport, BenchRow, Skipped } from './bench-report.ts';
import {
  allocationRows,
  ceilingRows,
  countedRows,
  exactRow,
  isWasm,
  overBareRows,
  peakRssRow,
  programRows,
  type Timed,
  timeRow,
  warningsOf,
} from './bench-rows.ts';
import { comparePackages } from './cms-bench.ts';
import { compareDecoders } from './decoder-bench.ts';
import { type ExampleEnvelope, exampleEnvelopes } from './examples.ts';
import { familyRooms } from './family-room.ts';
import { type Growth, growthsOf, type SeriesCount } from './growth.ts';
import { thisMachine } from './machine.ts';
import { type Candidate, failureOf, type Operation, openCandidate } from './operations.ts';
import { algorithmEnvelopes, type SeriesEnvelope, series, seriesEnvelopes } from './series.ts';
import { type Task, type TimingOptions, timeTasks } from './timing.ts';

export interface BenchOptions {
  /** The whole of it within ten seconds or so; the times are rougher. */
  readonly quick?: boolean;
  /** Specs as for `gauntlet run`; default: `defaultVerifiers`. */
  readonly verifiers?: readonly string[];
  /** Verifiers that a config file names. */
  readonly entries?: readonly NamedEntry[];
  /** For example "example0", or "algorithm-hmac"; default: all, none where only series are named. */
  readonly envelopes?: readonly string[];
  /** Dimensions that envelopes grow in; default: all, none where only envelopes are named. */
  readonly series?: readonly string[];
  /** Also the comparison of CBOR decoders. */
  readonly decoders?: boolean;
  /** Also the comparison with firmware packages of RFC 4108. */
  readonly cms?: boolean;
  /** Also the room that each valid family takes. */
  readonly families?: boolean;
  /** Programs (`process:…`) also under valgrind. */
  readonly exact?: boolean;
  /** Only what is counted: the same on every machine, and within seconds. */
  readonly counted?: boolean;
}

export const defaultVerifiers: readonly string[] = ['reference', 'bounded', 'library:cbor-x'];

interface Measured {
  readonly verifier: Candidate;
  readonly envelope: Subject;
  readonly operation: Operation;
}

type Subject = ExampleEnvelope & Partial<Pick<SeriesEnvelope, 'dimension' | 'size'>>;

export async function runBench(options: BenchOptions = {}): Promise<BenchReport> {
  const quick = options.quick ?? false;
  if (options.counted && (quick || options.decoders || options.cms))
    throw new BenchError('usage', '--counted takes no times: leave --quick, --decoders and --cms out');
  const subjects = chosenSubjects(options);
  const counted = options.counted ?? false;
  const timing = timingOf(counted ? 'none' : quick ? 'quick' : 'whole');
  const verifiers: Candidate[] = [];
  const taken = { date: new Date().toISOString().slice(0, 10), load: loadavg()[0] ?? 0 };
  try {
    for (const spec of new Set(options.verifiers ?? defaultVerifiers))
      verifiers.push(await openCandidate(spec, options.entries));
    const exact = options.exact ?? false;
    const report = await measure(verifiers, subjects, { quick, timing, exact, counted });
    return {
      ...report,
      taken,
      ...(options.decoders && { decoders: await compareDecoders(timing) }),
      ...(options.families && { families: familyRooms() }),
      ...(options.cms && { packages: await comparePackages(timing) }),
    };
  } finally {
    await Promise.all(verifiers.map((verifier) => verifier.close()));
  }
}

function timingOf(how: 'whole' | 'quick' | 'none'): TimingOptions {
  switch (how) {
    case 'whole':
      return { rounds: 15, roundMs: 10, warmUpMs: 100 };
    case 'quick':
      return { rounds: 7, roundMs: 4, warmUpMs: 20 };
    case 'none':
      return { rounds: 1, roundMs: 1, warmUpMs: 1 };
  }
}

interface Measuring extends Pick<BenchReport, 'quick' | 'timing'> {
  readonly exact: boolean;
  readonly counted: boolean;
}

async function measure(
  verifiers: readonly Candidate[],
  subjects: readonly Subject[],
  { quick, timing, exact, counted: isCounted }: Measuring,
): Promise<BenchReport> {
  const { measured, skipped } = await tryAll(verifiers, subjects);
  const counts: SeriesCount[] = [];
  const rows: BenchRow[] = [];
  for (const { verifier, envelope, operation } of measured) {
    const counted = await operation.count();
    const envelopeBytes = envelope.delivery.envelope.length;
    const { dimension, size } = envelope;
    if (operation.kind === 'verify')
      rows.push(exactRow(verifier.spec, envelope.name, ['envelopeBytes', 'bytes'], envelopeBytes));
    rows.push(...countedRows(verifier.spec, envelope.name, operation.kind, counted));
    if (exact && operation.kind === 'verify' && dimension === undefined)
      rows.push(...programRows(verifier, envelope));
    if (dimension !== undefined && size !== undefined)
      counts.push({
        verifier: verifier.spec,
        operation: operation.kind,
        dimension,
        size,
        envelopeBytes,
        counted,
      });
  }
  if (verifiers.some(({ spec }) => spec === 'bounded')) rows.push(...subjects.flatMap(ceilingRows));
  const isTimed = ({ envelope }: Measured): boolean =>
    !isCounted && (!quick || envelope.dimension === undefined);
  const timed = await tasksOf(measured.filter(isTimed));
  const { calibration, tasks } = await timeTasks(timed, timing);
  const timeRows = timed.flatMap(({ verifier, envelope, timed: what }, i) => {
    const task = tasks[i];
    return task === undefined ? [] : [timeRow(verifier, envelope, what, task)];
  });
  rows.push(...timeRows, ...overBareRows(timeRows));
  const inProcess = verifiers.filter((one) => one.inProcess && !isCounted).map(({ spec }) => spec);
  rows.push(
    ...(await allocationRows(
      inProcess,
      subjects.map(({ name }) => name),
    )),
  );
  if (!isCounted) rows.push(...verifiers.flatMap(peakRssRow));
  const growth = growthsOf(counts);
  const machine = thisMachine();
  const { name, medianNs, batch, spread } = calibration;
  return {
    machine,
    node: machine.node,
    quick,
    calibration: { name, medianNs, batch, spread },
    timing,
    rows,
    growth,
    findings: growth.filter(({ isLinear }) => !isLinear).map(describeGrowth),
    skipped,
    warnings: [
      ...(isCounted ? [] : warningsOf(rows, calibration)),
      ...verifiers
        .filter((one) => !one.inProcess && !isCounted)
        .map(({ spec }) => `${spec}: its times hold the way to its process and back`),
      ...verifiers.flatMap(({ spec, launch }) =>
        exact && isWasm(launch?.spec)
          ? [
              `${spec}: --exact adds nothing: steps and bytes of a WebAssembly module are counted exactly anyway`,
            ]
          : [],
      ),
      ...verifiers.flatMap(({ spec, uncounted }) =>
        uncounted === undefined ? [] : [`${spec}: steps and bytes are not counted: ${uncounted}`],
      ),
    ],
  };
}

/** Every operation once, to tell those that go well from those that do not. */
async function tryAll(
  verifiers: readonly Candidate[],
  subjects: readonly Subject[],
): Promise<{ readonly measured: readonly Measured[]; readonly skipped: readonly Skipped[] }> {
  const skipped: Skipped[] = [];
  const measured: Measured[] = [];
  for (const verifier of verifiers) {
    for (const envelope of subjects) {
      for (const operation of verifier.operationsOn(envelope)) {
        const failure = await failureOf(operation);
        if (failure === undefined) measured.push({ verifier, envelope, operation });
        else
          skipped.push({
            verifier: verifier.spec,
            envelope: envelope.name,
            reason: `${operation.kind}: ${failure}`,
          });
      }
    }
  }
  return { measured, skipped };
}

function chosenSubjects({ envelopes, series: dimensions }: BenchOptions): readonly Subject[] {
  const named = [...exampleEnvelopes(), ...algorithmEnvelopes()];
  check(
    envelopes,
    named.map(({ name }) => name),
    'envelope',
  );
  check(
    dimensions,
    series.map(({ dimension }) => dimension),
    'series',
  );
  const chosen = envelopes ?? (dimensions === undefined ? named.map(({ name }) => name) : []);
  return [
    ...named.filter(({ name }) => chosen.includes(name)),
    ...(dimensions === undefined && envelopes !== undefined ? [] : seriesEnvelopes(dimensions)),
  ];
}

function check(wanted: readonly string[] | undefined, known: readonly string[], what: string): void {
  const unknown = wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new BenchError(`${what}-unknown`, `there is no ${what} ${unknown}; there are ${known.join(', ')}`);
}

interface BenchTask extends Task {
  readonly verifier: string;
  readonly envelope: string;
  readonly timed: Timed;
}

/** The operations, and beside each verification its bare cryptography. */
async function tasksOf(measured: readonly Measured[]): Promise<readonly BenchTask[]> {
  const tasks: BenchTask[] = [];
  for (const { verifier, envelope, operation } of measured) {
    const of = (timed: Timed, run: () => unknown): BenchTask => ({
      name: `${verifier.spec} ${envelope.name} ${timed}`,
      verifier: verifier.spec,
      envelope: envelope.name,
      timed,
      run,
    });
    tasks.push(of(operation.kind, () => operation.run()));
    if (operation.bare !== undefined && envelope.dimension === undefined)
      tasks.push(of('bare', await operation.bare()));
  }
  return tasks;
}

export function describeGrowth({ verifier, operation, dimension, metric, exponent, points }: Growth): string {
  const [first, last] = [points[0], points.at(-1)];
  return (
    `${verifier}: ${metric} of ${operation} grows with the power ${exponent.toFixed(2)} of ${dimension}` +
    ` (${first?.value} at ${first?.size}, ${last?.value} at ${last?.size})`
  );
}
