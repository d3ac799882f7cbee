/**
 * What a second job brings to a whole run, by the clock and in CPU time, beside two processes of half the work each.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';

interface Way {
  readonly name: string;
  /** One command for each process; all are started at once. */
  readonly commands: readonly (readonly string[])[];
}

interface Taken {
  readonly wallMs: number;
  /** CPU time of the processes and all that they started. */
  readonly cpuMs: number;
}

export interface JobsOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Each way so often, in turn, so that a busy moment strikes all; the best of each by the clock is told. */
  readonly times: number;
}

export async function jobsLines({ seed, rounds, times }: JobsOptions): Promise<readonly string[]> {
  if (times === 0) return [];
  const best = new Map<string, Taken>();
  const ways = waysOf(seed, rounds);
  for (let i = 0; i < times; i++)
    for (const way of ways) {
      const taken = await take(way);
      const known = best.get(way.name);
      if (known === undefined || taken.wallMs < known.wallMs) best.set(way.name, taken);
    }
  const alone = best.get(ways[0]?.name ?? '')?.wallMs ?? 0;
  return [
    '',
    `whole runs of ${rounds} rounds by the clock, best of ${times}; a job is a thread that generates and one that verifies`,
    ...[...best].map(
      ([name, { wallMs, cpuMs }]) =>
        `${name.padEnd(44)}${(wallMs / 1000).toFixed(1)} s, CPU ${(cpuMs / 1000).toFixed(1)} s; ${(alone / wallMs).toFixed(2)} × as fast as the first`,
    ),
  ];
}

function waysOf(seed: number, rounds: number): readonly Way[] {
  const cli = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
  const run = (...more: readonly string[]) => [
    process.execPath,
    ...[cli, 'run', '--no-stored', '--seed', `${seed}`, '--runs', `${rounds}`],
    ...more,
  ];
  const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  const pinned: Way = { name: 'one job on one core', commands: [['taskset', '-c', '0', ...run()]] };
  return [
    ...(canPin ? [pinned] : []),
    { name: 'one job, all cores', commands: [run()] },
    { name: 'two jobs, all cores', commands: [run('--jobs', '2')] },
    {
      name: 'its two halves, each a run by itself',
      commands: [run('--shard', '1/2'), run('--shard', '2/2')],
    },
  ];
}

async function take({ commands }: Way): Promise<Taken> {
  const start = performance.now();
  const cpuMs = await Promise.all(commands.map(cpuOf));
  return { wallMs: performance.now() - start, cpuMs: cpuMs.reduce((sum, one) => sum + one, 0) };
}

/** Milliseconds of CPU time, as bash's `time` tells it: of the command and of the processes that it waited for. */
async function cpuOf(command: readonly string[]): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time "$@" 2>/dev/null';
  const child = spawn('bash', ['-c', script, 'bash', ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`a timed run ended with status ${code}`);
  const [user = 0, system = 0] = said.trim().split(' ').map(Number);
  return 1000 * (user + system);
}
