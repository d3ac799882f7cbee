/**
 * The comparison of CBOR decoders: time, allocation, what each takes that is not well-formed, and what kills it.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { arbitraryHostileBytes } from '../cbor/arbitrary.ts';
import { toHex } from '../cbor/hex.ts';
import { readItem } from '../cbor/read.ts';
import type { DecoderAnswer, DecoderJob } from './decoder-child.ts';
import { decoderNamed, decoderNames, documentOf } from './decoders.ts';
import { exampleEnvelopes } from './examples.ts';
import { killers } from './killers.ts';
import { ascending, type Interval, quantile, type TimingOptions, timeTasks } from './timing.ts';

export interface DecoderReport {
  readonly decoder: string;
  /** Of one pass over the six published envelopes, to the calibration loop's. */
  readonly ratio: number;
  readonly interval: Interval;
  /** V8's heap, of one such pass. */
  readonly allocatedBytes: number;
  /** Small inputs that are no well-formed CBOR, and those of them that it took. */
  readonly malformed: number;
  readonly acceptedMalformed: number;
  /** What is wrong with those (codes of `cbor/error.ts`), and how many of each. */
  readonly acceptedOf: Readonly<Record<string, number>>;
  readonly deaths: readonly Death[];
}

export interface Death {
  readonly input: string;
  readonly inputBytes: number;
  /** For example "SIGABRT", or "no answer in 2000 ms". */
  readonly how: string;
}

export async function compareDecoders(
  timing: TimingOptions,
  names: readonly string[] = decoderNames,
): Promise<readonly DecoderReport[]> {
  const documents = exampleEnvelopes().map(({ delivery }) => documentOf(delivery.envelope));
  const passes = [];
  for (const name of names) {
    const decoder = await decoderNamed(name);
    const each = documents.map((document) => decoder.prepare(document));
    passes.push({ name, run: () => each.reduce((sum, pass) => sum + pass(), 0) });
  }
  const { tasks } = await timeTasks(passes, timing);
  const malformed = malformedInputs();
  const inputs = malformed.map(({ bytes }) => toHex(bytes));
  const hex = documents.map(({ bytes }) => toHex(bytes));
  const reports: DecoderReport[] = [];
  for (const [i, name] of names.entries()) {
    const task = tasks[i];
    if (task === undefined) continue;
    const weight = await inChild(name, { kind: 'weigh', documents: hex }, [
      '--jitless',
      '--max-semi-space-size=64',
      '--min-semi-space-size=64',
    ]);
    const tried = await inChild(name, { kind: 'try', inputs }, []);
    const accepted = tried.kind === 'tried' ? tried.accepted.map((at) => malformed[at]?.kind ?? '') : [];
    reports.push({
      decoder: name,
      ratio: task.ratio,
      interval: task.interval,
      allocatedBytes: weight.kind === 'weighed' ? quantile(ascending(weight.samples), 0.5) : 0,
      malformed: malformed.length,
      acceptedMalformed: accepted.length,
      acceptedOf: tally(accepted),
      deaths: await deathsOf(name),
    });
  }
  return reports;
}

interface Malformed {
  readonly kind: string;
  readonly bytes: Uint8Array;
}

const drawnInputs = 3000;

/** Items with a few bits flipped, and arbitrary bytes, as far as our reader refuses them, by what it says of them. */
function malformedInputs(): readonly Malformed[] {
  const drawn = fc.sample(arbitraryHostileBytes(), { numRuns: drawnInputs, seed: 1 });
  return drawn.flatMap((bytes) => {
    const read = readItem(bytes);
    // What is only deeper or larger than it takes is well-formed.
    return read.ok || read.error.code.startsWith('limit-') ? [] : [{ kind: read.error.code, bytes }];
  });
}

async function deathsOf(name: string): Promise<readonly Death[]> {
  const deaths: Death[] = [];
  for (const { input, bytes } of killers) {
    const answer = await inChild(name, { kind: 'decode', bytes: toHex(bytes) }, ['--max-old-space-size=128']);
    if (answer.kind === 'died') deaths.push({ input, inputBytes: bytes.length, how: answer.how });
  }
  return deaths;
}

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const child = fileURLToPath(new URL('./decoder-child.js', import.meta.url));
const deadlineMs = 5_000;

type ChildAnswer = DecoderAnswer | { readonly kind: 'died'; readonly how: string };

/** One job in a fresh process. */
async function inChild(name: string, job: DecoderJob, execArgv: readonly string[]): Promise<ChildAnswer> {
  const started = fork(child, [name], {
    execArgv: [...execArgv, '--no-warnings'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = once(started, 'exit').then(
    ([code, signal]): ChildAnswer => ({ kind: 'died', how: String(signal ?? `status ${code}`) }),
  );
  try {
    await Promise.race([once(started, 'message'), gone]);
    const answer = once(started, 'message').then(([message]) => message as DecoderAnswer);
    if (started.connected) started.send(job, () => undefined);
    const late = new Promise<ChildAnswer>((resolve) => {
      setTimeout(() => resolve({ kind: 'died', how: `no answer in ${deadlineMs} ms` }), deadlineMs).unref();
    });
    return await Promise.race([answer, gone, late]);
  } finally {
    started.kill('SIGKILL');
  }
}
