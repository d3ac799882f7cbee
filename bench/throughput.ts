/**
 * `npm run bench -- throughput [--rounds N] [--times N]`: what a case of `gauntlet run` on the reference costs, beside
 * the floor, which is the very same signatures and verifications made again, bare; and what a second job brings.
 *
 * Costs are CPU time of all threads, which a busy machine disturbs least. The jobs are timed by the clock and want a
 * quiet machine.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { optimizeLater } from '../src/cli/engine.ts';
import { planRun } from '../src/cli/run-plan.ts';
import type { Crypto } from '../src/cose/crypto.ts';
import { nobleCrypto } from '../src/cose/noble-crypto.ts';
import { nodeCrypto } from '../src/cose/node-crypto.ts';
import { type Signing, signatureOf, signings } from '../src/cose/sign.ts';
import type { Delivery } from '../src/device/delivery.ts';
import type { Recipient } from '../src/device/recipient.ts';
import { runCampaign } from '../src/harness/campaign.ts';
import { directHost } from '../src/harness/direct-host.ts';
import { type CaseRecord, recordLine } from '../src/harness/record.ts';
import type { SequenceOptions } from '../src/harness/sequence.ts';
import { packageRoot } from '../src/package-root.ts';
import type { Host } from '../src/verifiers/host.ts';
import { createVerifier } from '../src/verifiers/reference/reference.ts';
import { openVerifier } from '../src/verifiers/transports/open.ts';
import type { Verifier } from '../src/verifiers/verifier.ts';

const seed = 1;

export async function benchThroughput(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '32' }, times: { type: 'string', default: '3' } },
  });
  const rounds = Number(values.rounds);
  optimizeLater();
  const lines = [
    `reference, seed ${seed}, ${rounds} rounds; node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`,
    '',
    'CPU time of all threads, µs a case; rest: harness and generation',
    row('', ['cases', 'cases/s', 'all', 'sign', 'verify', 'verifier', 'rest', 'rest/floor']),
  ];
  lines.push(costRow('node, worker', await costOf(sequenceOf(rounds, seed), nodeCrypto, 'worker')));
  lines.push(costRow('node, direct', await costOf(sequenceOf(rounds, seed), nodeCrypto, 'direct')));
  lines.push(costRow('noble, direct', await costOf(sequenceOf(rounds, seed), nobleCrypto, 'direct')));
  lines.push(...(await jobsLines(rounds, Number(values.times))));
  return `${lines.join('\n')}\n`;
}

function sequenceOf(runs: number, of: number): SequenceOptions {
  return planRun({ seed: of, runs, stored: false }).sequence;
}

/**
 * Of another seed: they compile the code and import the keys before anything is measured. Fewer leave much to be
 * compiled while it is measured, which the jobs' whole runs show.
 */
const warmUp = (): SequenceOptions => sequenceOf(8, seed + 1);

/** Microseconds in all. */
interface Cost {
  readonly cases: number;
  readonly all: number;
  readonly sign: number;
  readonly verify: number;
  /** The verifier's own work, its verifications apart. */
  readonly verifier: number;
  readonly wallMs: number;
}

/**
 * `worker`: as `gauntlet run` has it, in a thread of its own; `direct`: in this one. What is made is gathered by a
 * campaign of its own: to keep it all would load the memory of the one that is measured.
 */
async function costOf(sequence: SequenceOptions, crypto: Crypto, place: 'worker' | 'direct'): Promise<Cost> {
  const verifier = createVerifier({ ports: { crypto } });
  const direct = await directHost('reference', verifier);
  const host = place === 'worker' ? await openVerifier('reference', {}) : direct;
  await runCampaign({ ...warmUp(), hosts: [host] });
  let cases = 0;
  const start = performance.now();
  const all = await cpuOf(async () => {
    cases = (await runCampaign({ ...sequence, hosts: [host], onRecord: written })).done;
  });
  const wallMs = performance.now() - start;
  await host.close();

  const { made, trials } = await gathered(sequence, direct);
  const calls: Parameters<Crypto['verify']>[] = [];
  await repeat(createVerifier({ ports: { crypto: counting(crypto, calls) } }), trials);
  const alone = await cpuOf(() => repeat(verifier, trials));
  const verify = await cpuOf(async () => {
    for (const call of calls) crypto.verify(...call);
  });
  const sign = await cpuOf(async () => {
    for (const { algorithm, key, message } of made) signatureOf(algorithm, key, message);
  });
  return { cases, all, sign, verify, verifier: alone - verify, wallMs };
}

/** The signatures that a campaign makes, and its trials. */
async function gathered(
  sequence: SequenceOptions,
  host: Host,
): Promise<{ readonly made: readonly Signing[]; readonly trials: readonly Trial[] }> {
  const made: Signing[] = [];
  const trials: Trial[] = [];
  const listen = (signing: unknown): void => void made.push(signing as Signing);
  signings.subscribe(listen);
  await runCampaign({ ...sequence, hosts: [recorded(host, trials)] });
  signings.unsubscribe(listen);
  return { made, trials };
}

/** A record's line is made, as for a log; a file is not written. */
function written(record: CaseRecord): void {
  JSON.stringify(recordLine(record));
}

interface Trial {
  readonly recipient: Recipient;
  readonly deliveries: readonly Delivery[];
}

function recorded(host: Host, trials: Trial[]): Host {
  return {
    ...host,
    trial(recipient, deliveries) {
      trials.push({ recipient, deliveries });
      return host.trial(recipient, deliveries);
    },
  };
}

function counting(crypto: Crypto, calls: Parameters<Crypto['verify']>[]): Crypto {
  return {
    ...crypto,
    verify(...call) {
      // Copies: the verifier may use its buffers again.
      calls.push([call[0], call[1], call[2].slice(), call[3].slice()]);
      return crypto.verify(...call);
    },
  };
}

async function repeat(verifier: Verifier, trials: readonly Trial[]): Promise<void> {
  for (const { recipient, deliveries } of trials) {
    const session = await verifier.open(recipient);
    for (const delivery of deliveries) await session.deliver(delivery);
    await session.close?.();
  }
}

/** Microseconds of this process, all threads. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function costRow(name: string, { cases, all, sign, verify, verifier, wallMs }: Cost): string {
  const rest = all - sign - verify - verifier;
  const each = [all, sign, verify, verifier, rest].map((cost) => (cost / cases).toFixed(0));
  // One core's: by CPU time. The clock's is in brackets.
  const perSecond = `${((1e6 * cases) / all).toFixed(0)} (${((1e3 * cases) / wallMs).toFixed(0)})`;
  return row(name, [String(cases), perSecond, ...each, (rest / (sign + verify)).toFixed(2)]);
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(14)}${cells.map((cell) => cell.padStart(13)).join('')}`;
}

/** Whole runs in turn, so that a busy moment strikes all; the best of each. */
async function jobsLines(rounds: number, times: number): Promise<readonly string[]> {
  if (times === 0) return [];
  const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  const ways = [
    ...(canPin ? [{ name: 'one job on one core', words: ['taskset', '-c', '0'], jobs: 1 }] : []),
    { name: 'one job, all cores', words: [], jobs: 1 },
    { name: 'two jobs, all cores', words: [], jobs: 2 },
  ].map((way) => ({ ...way, best: Number.POSITIVE_INFINITY }));
  for (let i = 0; i < times; i++)
    for (const way of ways) way.best = Math.min(way.best, await wallOf(way.words, way.jobs, rounds));
  const two = ways.at(-1)?.best ?? 0;
  return [
    '',
    `whole runs by the clock, best of ${times}; a job is a thread that generates and one that verifies`,
    ...ways.map(
      ({ name, best }) =>
        `${name.padEnd(22)}${(best / 1000).toFixed(1)} s; two jobs are ${(best / two).toFixed(2)} × as fast`,
    ),
  ];
}

async function wallOf(words: readonly string[], jobs: number, rounds: number): Promise<number> {
  const cli = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
  const run = [cli, 'run', '--no-stored', '--seed', `${seed}`, '--runs', `${rounds}`, '--jobs', `${jobs}`];
  const [program = '', ...rest] = [...words, process.execPath, ...run];
  const start = performance.now();
  const child = spawn(program, rest, { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`a timed run ended with status ${code}`);
  return performance.now() - start;
}
