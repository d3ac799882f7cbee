/**
 * `npm run bench -- transport`: what the bench adds to a verifier's own time. A null verifier over `process:` against
 * the same messages written and read bare, at the same depth; `command:` against bare spawning.
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
      const [bare, host] = await inTurn(
        quick ? 3 : 5,
        () => bareLines(words, runs, count),
        () => throughHost(`process:${words.map((word) => `'${word}'`).join(' ')}`, runs, count),
      );
      row(name, bare, host);
    }
    process.stdout.write('command: runs a second, of true(1), several at a time\n');
    const count = quick ? 200 : 600;
    const [bare, host] = await inTurn(
      3,
      () => bareSpawns(count),
      () => throughHost('command:true {envelope} {anchor}', runs, count),
    );
    row('command', bare, host);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(name: string, bare: number, host: number): void {
  const share = (host / bare).toFixed(2);
  process.stdout.write(
    `  ${name.padEnd(8)} bare ${Math.round(bare)}  through the bench ${Math.round(host)}  share ${share}\n`,
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
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<readonly [number, number]> {
  let best: readonly [number, number] = [0, 0];
  for (let i = 0; i < times; i++)
    best = [Math.max(best[0], await first()), Math.max(best[1], await second())];
  return best;
}

/** The same lines, written as they are and counted as they come back; nothing is read of them but where they end. */
async function bareLines(words: readonly string[], runs: readonly Run[], count: number): Promise<number> {
  const [program = '', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
  const line = (message: object): string => `${JSON.stringify(message)}\n`;
  const messages = runs.map(({ recipient, steps }) => {
    const delivery = deliveryToJson((steps[0] as Run['steps'][number]).delivery);
    const open = line({ type: 'open', session: 1, recipient: recipientToJson(recipient) });
    return `${open}${line({ type: 'deliver', session: 1, id: 0, ...delivery })}`;
  });
  const close = line({ type: 'close', session: 1 });
  let sent = 0;
  let answered = 0;
  const start = performance.now();
  const next = (): void => {
    if (sent < count) child.stdin.write(messages[sent++ % messages.length] as string);
  };
  await new Promise<void>((resolve) => {
    let rest: Buffer = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let from = 0;
      for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, from)) {
        // {"type":"d…: a decision; {"type":"c…: a close.
        const isDecision =
          all.indexOf('"d', from + 7) === from + 8 || all.indexOf('"d', from + 8) === from + 9;
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
