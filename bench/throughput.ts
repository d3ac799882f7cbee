/**
 * `npm run bench -- throughput`: what a case of `gauntlet run` on the reference costs, beside the floor, which is the
 * very same signatures and verifications made again, bare; and what a second job brings.
 *
 * `--passes N --rounds N`: each pass measures all parts on its own rounds of the sequence, one after the other, so that a
 * busy moment strikes a pass; the median of the passes is told with the lowest and the highest. `--noble-passes N`: so
 * many with noble. `--times N --job-rounds N`: whole runs, timed by the clock; they want a quiet machine.
 *
 * The floor is told in two states. Each signature and verification is made again at the moment when the run makes it,
 * with the caches as the run has them; and all are made again in a row, which no run could do.
 *
 * @module
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { optimizeLater } from '../src/cli/engine.ts';
import type { Crypto } from '../src/cose/crypto.ts';
import { nobleCrypto } from '../src/cose/noble-crypto.ts';
import { nodeCrypto } from '../src/cose/node-crypto.ts';
import { runCampaign } from '../src/harness/campaign.ts';
import { openVerifier } from '../src/verifiers/transports/open.ts';
import { jobsLines } from './throughput-jobs.ts';
import { type Parts, partsOf, roundsOf } from './throughput-parts.ts';

const seed = 1;

/** Of a run that is eight times as long. */
const warmUpRounds = 16;

export async function benchThroughput(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      passes: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '4' },
      'noble-passes': { type: 'string', default: '3' },
      times: { type: 'string', default: '3' },
      'job-rounds': { type: 'string', default: '64' },
    },
  });
  const passes = Number(values.passes);
  const rounds = Number(values.rounds);
  optimizeLater();
  const withNode = await passesOf(nodeCrypto, { passes, rounds, hosted: true });
  // A verification takes noble thirty times as long: the passes differ less, and fewer do.
  const noble = Number(values['noble-passes']);
  const withNoble = noble > 0 ? await passesOf(nobleCrypto, { passes: noble, rounds, hosted: false }) : [];
  const machine = `node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`;
  return `${[
    `reference, seed ${seed}, ${passes} passes of ${rounds} rounds; ${machine}`,
    '',
    'CPU time of all threads, µs a case: median of the passes (lowest to highest)',
    ...partLines('node:crypto, in a thread', withNode, (one) => one.hosted ?? 0),
    ...partLines('node:crypto', withNode, (one) => one.direct),
    ...(noble > 0 ? partLines('noble', withNoble, (one) => one.direct) : []),
    ...(await jobsLines({ seed, rounds: Number(values['job-rounds']), times: Number(values.times) })),
  ].join('\n')}\n`;
}

interface Passes {
  readonly passes: number;
  readonly rounds: number;
  /** In a thread of its own too, as `gauntlet run` has it. */
  readonly hosted: boolean;
}

async function passesOf(crypto: Crypto, { passes, rounds, hosted }: Passes): Promise<readonly Parts[]> {
  const host = hosted ? await openVerifier('reference', {}) : undefined;
  // Of another seed: the code is compiled and the keys are imported before anything is measured, on either side.
  await partsOf(roundsOf(seed + 1, 0, rounds), crypto, host);
  if (host) await runCampaign({ ...roundsOf(seed + 1, rounds, rounds + warmUpRounds), hosts: [host] });
  const found: Parts[] = [];
  for (let i = 0; i < passes; i++)
    found.push(await partsOf(roundsOf(seed, i * rounds, (i + 1) * rounds), crypto, host));
  await host?.close();
  return found;
}

/** `whole`: of the run whose rest is asked for. */
function partLines(name: string, passes: readonly Parts[], whole: (of: Parts) => number): readonly string[] {
  const rest = (one: Parts) => whole(one) - one.sign - one.verifier;
  const figures: readonly (readonly [name: string, of: (one: Parts) => number, digits?: number])[] = [
    ['all', whole],
    ['signatures, when they are made', (one) => one.sign],
    ['verifications, when they are made', (one) => one.verify],
    ['the verifier, beside them', (one) => one.verifier - one.verify],
    ['harness and generation', rest],
    ['  of it generation: drawn without a host', (one) => one.drawn - one.sign],
    ['  judging and records: answers stand ready', (one) => one.answered - one.drawn],
    ['  left over: host, messages, error', (one) => whole(one) - one.answered - one.verifier],
    ['harness and generation / floor', (one) => rest(one) / (one.sign + one.verify), 2],
    [
      '  with a floor made in a row',
      (one) =>
        (whole(one) - one.signInARow - one.verifyInARow - (one.verifier - one.verify)) /
        (one.signInARow + one.verifyInARow),
      2,
    ],
  ];
  const cases = passes.reduce((sum, one) => sum + one.cases, 0);
  return [
    '',
    `${name}: ${cases} cases`,
    ...figures.map(([label, of, digits = 0]) => `${label.padEnd(44)}${spread(passes.map(of), digits)}`),
  ];
}

function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  const [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 0].map((value) => value.toFixed(digits));
  return `${median.toFixed(digits).padStart(6)} (${low} to ${high})`;
}
