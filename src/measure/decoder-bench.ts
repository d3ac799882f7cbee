/**
 * The comparison of CBOR decoders: time, allocation, what each takes that is not well-formed, and what kills it.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { BenchError } from '../bench-error.ts';
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
    const tried = await inChild(name, { kind: 'try', inputs }, []);
    const accepted = tried.kind === 'tried' ? tried.accepted.map((at) => malformed[at]?.kind ?? '') : [];
    reports.push({
      decoder: name,
      ratio: task.ratio,
      interval: task.interval,
      allocatedBytes: await weigh(name, hex),
      malformed: malformed.length,
      acceptedMalformed: accepted.length,
      acceptedOf: tally(accepted),
      deaths: await deathsOf(name),
    });
  }
  return reports;
}

/** Bytes of V8's heap that one pass of the decoder over all documents takes. */
export async function weigh(name: string, documents: readonly string[]): Promise<number> {
  const flags = ['--jitless', '--max-semi-space-size=64', '--min-semi-space-size=64'];
  const answer = await inChild(name, { kind: 'weigh', documents }, flags);
  if (answer.kind === 'weighed') return quantile(ascending(answer.samples), 0.5);
  throw new BenchError('decoder-child', `${name} could not be weighed`, { blame: 'bench' });
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

/** One after the other in one process, which is begun anew after each death. */
async function deathsOf(name: string): Promise<readonly Death[]> {
  const deaths: Death[] = [];
  let child = start(name, smallHeap);
  try {
    for (const { input, bytes } of killers) {
      const answer = await child.answer({ kind: 'decode', bytes: toHex(bytes) });
      if (answer.kind !== 'died') continue;
      deaths.push({ input, inputBytes: bytes.length, how: answer.how });
      child.end();
      child = start(name, smallHeap);
    }
  } finally {
    child.end();
  }
  return deaths;
}

const smallHeap = ['--max-old-space-size=128'];

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const program = fileURLToPath(new URL('./decoder-child.js', import.meta.url));
/** Long enough for a busy machine to weigh. */
const deadlineMs = 20_000;

type ChildAnswer = DecoderAnswer | { readonly kind: 'died'; readonly how: string };

/** One job in a fresh process. */
async function inChild(name: string, job: DecoderJob, execArgv: readonly string[]): Promise<ChildAnswer> {
  const child = start(name, execArgv);
  try {
    return await child.answer(job);
  } finally {
    child.end();
  }
}

interface Started {
  /** One at a time. */
  answer(job: DecoderJob): Promise<ChildAnswer>;
  end(): void;
}

function start(name: string, execArgv: readonly string[]): Started {
  const child = fork(program, [name], {
    execArgv: [...execArgv, '--no-warnings'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = once(child, 'exit').then(
    ([code, signal]): ChildAnswer => ({ kind: 'died', how: String(signal ?? `status ${code}`) }),
  );
  const ready = once(child, 'message');
  return {
    async answer(job) {
      await Promise.race([ready, gone]);
      if (!child.connected) return gone;
      const answer = once(child, 'message').then(([message]) => message as DecoderAnswer);
      child.send(job, () => undefined);
      const late = new Promise<ChildAnswer>((resolve) => {
        const died: ChildAnswer = { kind: 'died', how: `no answer in ${deadlineMs} ms` };
        setTimeout(() => resolve(died), deadlineMs).unref();
      });
      return Promise.race([answer, gone, late]);
    },
    end: () => void child.kill('SIGKILL'),
  };
}
