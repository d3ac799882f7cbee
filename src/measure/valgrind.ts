/**
 * Exact cost of a `process:` verifier under valgrind: instructions by callgrind, heap and stack by massif. Both repeat.
 *
 * The whole conversation is written to its standard input at once, so it must need no answers of the bench's.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { deliveryToJson, recipientToJson } from '../device/json.ts';
import { commandWords, findProgram } from '../verifiers/transports/find-program.ts';
import type { ExampleEnvelope } from './examples.ts';

export interface ExactCost {
  /** From the reading of the deliver message to the end of the answer's writing, the harness's JSON included. */
  readonly instructions: number;
  /** At the peak of their sum: of the whole program, from its start, its harness included. */
  readonly heapBytes: number;
  readonly stackBytes: number;
  /** What the delivery adds to the peak of the same program that is only opened. */
  readonly deliveryBytes: number;
}

const prefix = 'process:';
const deadlineMs = 120_000;

export function hasValgrind(): boolean {
  return spawnSync('valgrind', ['--version']).status === 0;
}

/** Throws BenchError `exact` for a spec that is no process, without valgrind, and for a program that does not answer. */
export function exactCostOf(spec: string, envelope: ExampleEnvelope, cwd: string = process.cwd()): ExactCost {
  if (!spec.startsWith(prefix))
    throw new BenchError('exact', `--exact runs programs under valgrind, and ${spec} is no process:…`);
  if (!hasValgrind()) throw new BenchError('exact', '--exact needs valgrind (apt install valgrind)');
  const [program = '', ...args] = commandWords(spec.slice(prefix.length), cwd);
  const words = [findProgram(program, cwd), ...args];
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-valgrind-'));
  const run = (tool: readonly string[], isDelivered: boolean): string => {
    const done = spawnSync('valgrind', [...tool, ...words], {
      cwd,
      input: conversation(envelope, isDelivered),
      encoding: 'utf8',
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env.PATH ?? '' },
    });
    if (done.error !== undefined || (isDelivered && !done.stdout.includes('"decision"')))
      throw new BenchError(
        'exact',
        `${spec} under valgrind gave no decision: ${done.error?.message ?? done.stderr.slice(-300)}`,
      );
    return done.stderr;
  };
  try {
    const counted = (isDelivered: boolean): number =>
      instructionsIn(run(['--tool=callgrind', '--callgrind-out-file=/dev/null'], isDelivered));
    const peak = (isDelivered: boolean): Peak => {
      const file = join(folder, 'massif');
      // Each allocation is looked at, so that the peak is no estimate.
      run(
        ['--tool=massif', '--stacks=yes', '--peak-inaccuracy=0.0', `--massif-out-file=${file}`],
        isDelivered,
      );
      return peakIn(readFileSync(file, 'utf8'));
    };
    const whole = peak(true);
    const opened = peak(false);
    return {
      instructions: counted(true) - counted(false),
      ...whole,
      deliveryBytes: whole.heapBytes + whole.stackBytes - opened.heapBytes - opened.stackBytes,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the bench would say, line by line; a program ends with its input. */
function conversation({ recipient, delivery }: ExampleEnvelope, isDelivered: boolean): string {
  const lines = [
    { type: 'hello', protocol: 1 },
    { type: 'open', session: 1, recipient: recipientToJson(recipient) },
    ...(isDelivered ? [{ type: 'deliver', session: 1, id: 0, ...deliveryToJson(delivery) }] : []),
    { type: 'close', session: 1 },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Of callgrind's report. */
export function instructionsIn(report: string): number {
  const found = /Collected\s*:\s*(\d+)/.exec(report);
  if (found?.[1] === undefined)
    throw new BenchError('exact', `callgrind said no count: ${report.slice(-300)}`);
  return Number(found[1]);
}

type Peak = Pick<ExactCost, 'heapBytes' | 'stackBytes'>;

/** Of massif's snapshots, the one with the most. */
export function peakIn(snapshots: string): Peak {
  const of = (snapshot: string, name: string): number =>
    Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(snapshot)?.[1] ?? 0);
  const peaks = snapshots
    .split(/^snapshot=/m)
    .slice(1)
    .map((one) => ({
      heapBytes: of(one, 'mem_heap_B') + of(one, 'mem_heap_extra_B'),
      stackBytes: of(one, 'mem_stacks_B'),
    }));
  const [first, ...others] = peaks;
  if (first === undefined) throw new BenchError('exact', 'massif wrote no snapshot');
  const sum = ({ heapBytes, stackBytes }: Peak): number => heapBytes + stackBytes;
  return others.reduce((most, one) => (sum(one) > sum(most) ? one : most), first);
}
