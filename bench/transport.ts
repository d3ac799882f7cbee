/**
 * `npm run bench -- transport`: what the bench adds to a verifier's own time. A null verifier over `process:` against a
 * bare line echo: lines that stand ready, of the same messages at the same depth, sent back as they come. Beside it the
 * same verifier by the barest client, once with lines that stand ready, once made and read as JSON, as any client has to;
 * `command:` against bare spawning. The bench is given deliveries that it never saw before; recipients come again, as a
 * control's does with its attacks, but for the row that says otherwise. Of each also the processor's time that this
 * process took for a case, which a busy machine spoils less.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Delivery } from '../src/device/delivery.ts';
import { deliveryToJson, recipientToJson } from '../src/device/json.ts';
import { sampleOne } from '../src/harness/scenario-pool.ts';
import { packageRoot } from '../src/package-root.ts';
import { buildScenario } from '../src/scenarios/build.ts';
import { arbitraryPlan } from '../src/scenarios/plan-arbitrary.ts';
import { controlOf, type Run } from '../src/scenarios/scenario.ts';
import { openVerifier } from '../src/verifiers/transports/open.ts';

const depth = 16;

/** Prints a table; the best of the repetitions of each, in turn, so that a busy moment strikes both. */
export async function benchTransports({ quick }: { readonly quick: boolean }): Promise<void> {
  const runs = runsOf(64);
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bench-'));
  try {
    process.stdout.write('null verifier over process: cases a second, of one delivery each\n');
    for (const { name, words, echo, count } of programsIn(folder, { quick })) {
      const spec = `process:${words.map((word) => `'${word}'`).join(' ')}`;
      const [line, ready, asJson, host, hostNew] = (await inTurn(
        quick ? 3 : 5,
        () => bareLines(echo, runs, { count, peer: 'echo' }),
        () => bareLines(words, runs, { count, peer: 'verifier' }),
        () => bareLines(words, runs, { count, peer: 'verifier, as JSON' }),
        () => throughHost(spec, newDeliveries(runs, count)),
        () => throughHost(spec, newRecipients(newDeliveries(runs, count))),
      )) as [Rate, Rate, Rate, Rate, Rate];
      row(`${name}, line echo`, line, host);
      row(`${name}, line echo, new recipients`, line, hostNew);
      row(`${name}, lines that stand ready`, ready, host);
      row(`${name}, JSON`, asJson, host);
    }
    process.stdout.write('command: runs a second, of true(1), several at a time\n');
    const count = quick ? 200 : 600;
    const [bare, host] = (await inTurn(
      3,
      () => bareSpawns(count),
      () => throughHost('command:true {envelope} {anchor}', newDeliveries(runs, count)),
    )) as [Rate, Rate];
    row('command', bare, host);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Program {
  readonly name: string;
  /** The null verifier, and a program that writes each line that it reads. */
  readonly words: readonly string[];
  readonly echo: readonly string[];
  readonly count: number;
}

function programsIn(folder: string, { quick }: { readonly quick: boolean }): readonly Program[] {
  const made = (name: string): readonly string[] => {
    const program = join(folder, name);
    return spawnSync('gcc', ['-O2', '-o', program, inBench(`${name}.c`)]).status === 0 ? [program] : [];
  };
  const [words, echo] = [made('null'), made('echo')];
  const python = (name: string): readonly string[] => ['python3', inBench(`${name}.py`)];
  return [
    ...(words.length + echo.length === 2 ? [{ name: 'C', words, echo, count: quick ? 20_000 : 50_000 }] : []),
    { name: 'Python', words: python('null'), echo: python('echo'), count: quick ? 10_000 : 20_000 },
  ];
}

function row(name: string, bare: Rate, host: Rate): void {
  const told = ({ perSecond, cpuMicros }: Rate): string =>
    `${Math.round(perSecond)}/s ${cpuMicros.toFixed(1)} µs`.padEnd(16);
  const clock = (host.perSecond / bare.perSecond).toFixed(2);
  const cpu = (bare.cpuMicros / host.cpuMicros).toFixed(2);
  process.stdout.write(
    `  ${name.padEnd(31)} bare ${told(bare)} through the bench ${told(host)} share ${clock}, of processor ${cpu}\n`,
  );
}

function inBench(name: string): string {
  return join(packageRoot(), 'bench', 'null', name);
}

/** Controls of ordinary updates. */
function runsOf(count: number): readonly Run[] {
  const plans = arbitraryPlan({ event: 'update' });
  return Array.from(
    { length: count },
    (_, i) => controlOf(buildScenario(sampleOne(plans, i)), 'update') as Run,
  );
}

/** A case that is given to the bench. */
interface Trial {
  readonly recipient: Run['recipient'];
  readonly delivery: Delivery;
}

/** The deliveries of the runs again and again, each time as if made anew; all their bytes lie in one buffer. */
function newDeliveries(runs: readonly Run[], count: number): readonly Trial[] {
  const trials = Array.from({ length: count }, (_, i): Trial => {
    const { recipient, steps } = runs[i % runs.length] as Run;
    return { recipient, delivery: (steps[0] as Run['steps'][number]).delivery };
  });
  const size = trials.reduce((sum, { delivery }) => sum + byteStrings(delivery).reduce(sumLengths, 0), 0);
  const buffer = new Uint8Array(size);
  let at = 0;
  const copied = (bytes: Uint8Array): Uint8Array => {
    buffer.set(bytes, at);
    at += bytes.length;
    return buffer.subarray(at - bytes.length, at);
  };
  return trials.map(({ recipient, delivery }) => {
    const { envelope, payloads, ...rest } = delivery;
    const copies = payloads.map((one) =>
      'bytes' in one ? { ...one, bytes: copied(one.bytes) } : { ...one },
    );
    return {
      recipient,
      delivery: { ...rest, ...(envelope && { envelope: copied(envelope) }), payloads: copies },
    };
  });
}

function byteStrings({ envelope, payloads }: Delivery): readonly Uint8Array[] {
  return [...(envelope ? [envelope] : []), ...payloads.flatMap((one) => ('bytes' in one ? [one.bytes] : []))];
}

function sumLengths(sum: number, { length }: Uint8Array): number {
  return sum + length;
}

function newRecipients(trials: readonly Trial[]): readonly Trial[] {
  return trials.map(({ recipient, delivery }) => ({ recipient: { ...recipient }, delivery }));
}

/** Cases a second, and microseconds of the processor's time that this process took for each. */
interface Rate {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

setFlagsFromString('--expose-gc');
/** So that what was made before, of which nothing is garbage, is not moved about while the clock runs. */
const collectGarbage = runInNewContext('gc') as () => void;

async function rateOf(count: number, work: () => Promise<unknown>): Promise<Rate> {
  collectGarbage();
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (1000 * count) / (performance.now() - start), cpuMicros: (user + system) / count };
}

async function inTurn(times: number, ...tasks: readonly (() => Promise<Rate>)[]): Promise<readonly Rate[]> {
  const best: Rate[] = tasks.map(() => ({ perSecond: 0, cpuMicros: Number.POSITIVE_INFINITY }));
  for (let i = 0; i < times; i++)
    for (const [t, task] of tasks.entries()) {
      const [known, now] = [best[t] as Rate, await task()];
      best[t] = {
        perSecond: Math.max(known.perSecond, now.perSecond),
        cpuMicros: Math.min(known.cpuMicros, now.cpuMicros),
      };
    }
  return best;
}

type Peer = 'echo' | 'verifier' | 'verifier, as JSON';

/**
 * The same lines, written and counted as they come back: three of a case from an echo, decision and close from a
 * verifier. Not as JSON: they stand ready, and nothing is read of answers but where they end. The recipient's line stands
 * ready in any case, since the bench keeps it too.
 */
async function bareLines(
  words: readonly string[],
  runs: readonly Run[],
  { count, peer }: { readonly count: number; readonly peer: Peer },
): Promise<Rate> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
  const line = (message: object): string => `${JSON.stringify(message)}\n`;
  const close = line({ type: 'close', session: 1 });
  const makers = runs.map(({ recipient, steps }) => {
    const { delivery } = steps[0] as Run['steps'][number];
    const open = line({ type: 'open', session: 1, recipient: recipientToJson(recipient) });
    const deliver = () => line({ type: 'deliver', session: 1, id: 0, ...deliveryToJson(delivery) });
    return () => `${open}${deliver()}${peer === 'echo' ? close : ''}`;
  });
  // As one piece of text each, whatever they were made of.
  const ready = makers.map((make) => Buffer.from(make()).toString());
  const message = (i: number): string => (peer === 'verifier, as JSON' ? makers[i]?.() : ready[i]) as string;
  let sent = 0;
  let lines = 0;
  let answered = 0;
  const next = (): void => {
    if (sent < count) child.stdin.write(message(sent++ % makers.length));
  };
  const answers = (resolve: () => void): void => {
    let rest: Buffer = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let from = 0;
      for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, from)) {
        const isLast = peer === 'echo' ? ++lines % 3 === 0 : !isDecision(all, from, end, peer);
        from = end + 1;
        if (!isLast) {
          if (peer !== 'echo') child.stdin.write(close);
        } else if (++answered === count) resolve();
        else next();
      }
      rest = all.subarray(from);
    });
    for (let i = 0; i < depth; i++) next();
  };
  const rate = await rateOf(count, () => new Promise<void>(answers));
  child.stdin.end();
  await once(child, 'close');
  return rate;
}

function isDecision(all: Buffer, from: number, end: number, peer: Peer): boolean {
  return peer === 'verifier, as JSON'
    ? JSON.parse(all.toString('utf8', from, end)).type === 'decision'
    : isDecisionAt(all, from);
}

/** {"type":"d…: a decision; {"type":"c…: a close. Some write a space after the colon. */
function isDecisionAt(all: Buffer, from: number): boolean {
  return all.indexOf('"d', from + 7) === from + 8 || all.indexOf('"d', from + 8) === from + 9;
}

async function throughHost(spec: string, trials: readonly Trial[]): Promise<Rate> {
  const host = await openVerifier(spec, { deadlineMs: 20_000 });
  const lanes = Math.max(host.depth, depth);
  const lane = async (first: number): Promise<void> => {
    for (let i = first; i < trials.length; i += lanes) {
      const { recipient, delivery } = trials[i] as Trial;
      await host.trial(recipient, [delivery]);
    }
  };
  const rate = await rateOf(trials.length, () =>
    Promise.all(Array.from({ length: lanes }, (_, first) => lane(first))),
  );
  await host.close();
  return rate;
}

async function bareSpawns(count: number): Promise<Rate> {
  const { availableParallelism } = await import('node:os');
  const lanes = availableParallelism();
  const lane = async (): Promise<void> => {
    for (let i = 0; i < count / lanes; i++)
      await once(spawn('true', [], { stdio: ['ignore', 'pipe', 'pipe'] }), 'close');
  };
  return rateOf(count, () => Promise.all(Array.from({ length: lanes }, lane)));
}
