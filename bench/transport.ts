/**
 * `npm run bench -- transport`: what the bench adds to a verifier's own time. A null verifier over `process:` against
 * the same messages at the same depth by the barest client: once as lines that stand ready, once made and read as JSON,
 * as any client has to; `command:` against bare spawning.
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
    const compiler = spawnSync('gcc', ['-O2', '-o', join(folder, 'null'), inBench('null.c')]);
    const programs: readonly (readonly [name: string, words: readonly string[], count: number])[] = [
      ...(compiler.status === 0 ? [['C', [join(folder, 'null')], quick ? 20_000 : 50_000] as const] : []),
      ['Python', ['python3', inBench('null.py')], quick ? 10_000 : 20_000],
    ];
    process.stdout.write('null verifier over process: cases a second, of one delivery each\n');
    for (const [name, words, count] of programs) {
      const [bare, asJson, host] = await inTurn(
        quick ? 3 : 5,
        () => bareLines(words, runs, { count, asJson: false }),
        () => bareLines(words, runs, { count, asJson: true }),
        () => throughHost(`process:${words.map((word) => `'${word}'`).join(' ')}`, runs, count),
      );
      row(name, bare as number, host as number);
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

function row(name: string, bare: number, host: number): void {
  const share = (host / bare).toFixed(2);
  process.stdout.write(
    `  ${name.padEnd(12)} bare ${Math.round(bare)}  through the bench ${Math.round(host)}  share ${share}\n`,
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

/**
 * The same lines, written and counted as they come back. Not as JSON: they stand ready, and nothing is read of answers
 * but where they end. The recipient's line stands ready in any case, since the bench keeps it too.
 */
async function bareLines(
  words: readonly string[],
  runs: readonly Run[],
  { count, asJson }: { readonly count: number; readonly asJson: boolean },
): Promise<number> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
  const line = (message: object): string => `${JSON.stringify(message)}\n`;
  const makers = runs.map(({ recipient, steps }) => {
    const { delivery } = steps[0] as Run['steps'][number];
    const open = line({ type: 'open', session: 1, recipient: recipientToJson(recipient) });
    return () => `${open}${line({ type: 'deliver', session: 1, id: 0, ...deliveryToJson(delivery) })}`;
  });
  const ready = makers.map((make) => make());
  const message = (i: number): string => (asJson ? makers[i]?.() : ready[i]) as string;
  const close = line({ type: 'close', session: 1 });
  let sent = 0;
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
        const isDecision = asJson
          ? JSON.parse(all.toString('utf8', from, end)).type === 'decision'
          : isDecisionAt(all, from);
        from = end + 1;
        if (isDecision) child.stdin.write(close);
        else if (++answered === count) resolve();
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
