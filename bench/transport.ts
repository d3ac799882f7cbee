/**
 * `npm run bench -- transport`: what the bench adds to a verifier's own time. A null verifier over `process:` against a
 * bare line echo: lines that stand ready, of the same messages at the same depth, sent back as they come. Beside it the
 * same verifier by the barest client, once with lines that stand ready, once made and read as JSON, as any client has to;
 * `command:` against bare spawning.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliveryToJson, recipientToJson } from '../src/device/json.ts';
import { sampleOne } from '../src/harness/scenario-pool.ts';
import { packageRoot } from '../src/package-root.ts';
import { buildScenario } from '../src/scenarios/build.ts';
import { arbitraryPlan } from '../src/scenarios/plan-arbitrary.ts';
import { controlOf, type Run } from '../src/scenarios/scenario.ts';
import type { Host } from '../src/verifiers/host.ts';
import { openVerifier } from '../src/verifiers/transports/open.ts';

const depth = 16;

/** Prints a table; the best of the repetitions of each, in turn, so that a busy moment strikes both. */
export async function benchTransports({ quick }: { readonly quick: boolean }): Promise<void> {
  const runs = runsOf(64);
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-bench-'));
  try {
    process.stdout.write('null verifier over process: cases a second, of one delivery each\n');
    for (const { name, words, echo, count } of programsIn(folder, { quick })) {
      const [line, ready, asJson, host] = await inTurn(
        quick ? 3 : 5,
        () => bareLines(echo, runs, { count, peer: 'echo' }),
        () => bareLines(words, runs, { count, peer: 'verifier' }),
        () => bareLines(words, runs, { count, peer: 'verifier, as JSON' }),
        () => throughHost(`process:${words.map((word) => `'${word}'`).join(' ')}`, runs, count),
      );
      row(`${name}, line echo`, line as number, host as number);
      row(`${name}, lines that stand ready`, ready as number, host as number);
      row(`${name}, JSON`, asJson as number, host as number);
    }
    process.stdout.write('command: runs a second, of true(1), several at a time\n');
    const count = quick ? 200 : 600;
    const [bare, host] = await inTurn(
      3,
      () => bareSpawns(count),
      () => throughHost('command:true {envelope} {anchor}', runs, count),
    );
    row('command', bare as number, host as number);
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

function row(name: string, bare: number, host: number): void {
  const share = (host / bare).toFixed(2);
  process.stdout.write(
    `  ${name.padEnd(31)} bare ${Math.round(bare)}  through the bench ${Math.round(host)}  share ${share}\n`,
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

async function inTurn(
  times: number,
  ...tasks: readonly (() => Promise<number>)[]
): Promise<readonly number[]> {
  const best = tasks.map(() => 0);
  for (let i = 0; i < times; i++)
    for (const [t, task] of tasks.entries()) best[t] = Math.max(best[t] as number, await task());
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
): Promise<number> {
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
  const start = performance.now();
  const next = (): void => {
    if (sent < count) child.stdin.write(message(sent++ % makers.length));
  };
  await new Promise<void>((resolve) => {
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
  });
  const perSecond = (1000 * count) / (performance.now() - start);
  child.stdin.end();
  await once(child, 'close');
  return perSecond;
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

async function throughHost(spec: string, runs: readonly Run[], count: number): Promise<number> {
  const host = await openVerifier(spec, { deadlineMs: 20_000 });
  const start = performance.now();
  await Promise.all(
    Array.from({ length: Math.max(host.depth, depth) }, (_, lane) => laneOf(host, runs, lane, count)),
  );
  const perSecond = (1000 * count) / (performance.now() - start);
  await host.close();
  return perSecond;
}

async function laneOf(host: Host, runs: readonly Run[], lane: number, count: number): Promise<void> {
  for (let i = lane; i < count; i += Math.max(host.depth, depth)) {
    const { recipient, steps } = runs[i % runs.length] as Run;
    await host.trial(
      recipient,
      steps.slice(0, 1).map(({ delivery }) => delivery),
    );
  }
}

async function bareSpawns(count: number): Promise<number> {
  const { availableParallelism } = await import('node:os');
  const lanes = availableParallelism();
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let i = 0; i < count / lanes; i++)
      await once(spawn('true', [], { stdio: ['ignore', 'pipe', 'pipe'] }), 'close');
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (1000 * count) / (performance.now() - start);
}
