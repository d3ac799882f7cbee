import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { replayable } from '../attacks/replayable.ts';
import { lockName } from '../lock-folder.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Host } from '../verifiers/host.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { runCampaign } from './campaign.ts';
import { loadCases } from './corpus.ts';
import { directHost } from './direct-host.ts';
import { type FuzzOptions, runFuzz } from './fuzz.ts';
import { openJob } from './fuzz-job.ts';
import type { FuzzSetup } from './fuzz-lines.ts';
import type { FuzzJob } from './fuzz-orders.ts';
import { FuzzState } from './fuzz-state.ts';
import { createStore, logName, readStore, reopenStore } from './fuzz-store.ts';
import { openThreadJob } from './fuzz-thread.ts';
import { Stop } from './stop.ts';

const root = mkdtempSync(join(tmpdir(), 'gauntlet-fuzz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const animal = 'zoo:never-checks-sequence';
const setup: FuzzSetup = {
  version: '0',
  seed: 3,
  verifiers: ['reference', animal],
  attacks: catalogue.filter(({ group }) => group === 'E').map(({ id }) => id),
  composes: true,
  corpora: [],
  deadline: 5000,
  memoryMiB: 256,
  shrinkTries: 6,
};
const cases = 72;

/** In this process, which is much the quickest. */
async function openDirect(spec: string): Promise<Host> {
  return directHost(spec, (await createBuiltin(spec)) as Verifier);
}

interface Session {
  readonly setup?: FuzzSetup;
  readonly jobs?: readonly FuzzJob[];
  readonly onProgress?: (state: FuzzState, stop: Stop) => void;
}

/** Begins a run in the folder, or goes on with it; returns what can be read of it then. */
async function session(folder: string, options: Session = {}): Promise<FuzzState> {
  const of = options.setup ?? setup;
  const budget = { cases };
  const isNew = !existsSync(join(folder, logName));
  const begun = isNew ? { state: new FuzzState(of, budget), parents: [] } : readStore(folder);
  const store = isNew ? createStore(folder, of, budget) : reopenStore(folder);
  const findings = join(folder, 'findings');
  const jobs = options.jobs ?? [await openJob({ setup: of, folder: findings }, openDirect)];
  const stop = new Stop();
  let time = 0;
  const run: FuzzOptions = {
    ...begun,
    store,
    jobs,
    folder: findings,
    stop,
    clock: () => time++,
    onProgress: (state) => options.onProgress?.(state, stop),
  };
  await runFuzz(run);
  store.close();
  await Promise.all(jobs.map((job) => job.close()));
  return readStore(folder).state;
}

/** All that a report is made of, but for the clock, and for the folder's own name. */
function told(state: FuzzState): unknown {
  const { corpus, tallies, behaviours, origins, done } = state;
  const text = JSON.stringify([
    corpus,
    [...tallies.values()],
    [...behaviours].map(([verifier, known]) => [verifier, [...known]]),
    [...origins],
    done,
    state.findings(),
    state.differences(),
    [...state.unsettled],
  ]);
  return JSON.parse(text.replaceAll(/[^' ]*(?=\/findings\/)/g, 'FOLDER'));
}

const whole = join(root, 'whole');
const uninterrupted = told(await session(whole));

describe('a fuzzing run', () => {
  it('keeps what is new, shrinks and stores what fails, and notes where verifiers part', () => {
    const { state } = readStore(whole);
    expect(state.done).toBe(cases);
    expect(state.findings().length).toBeGreaterThan(0);
    expect(new Set(state.findings().map(({ verifier }) => verifier))).toEqual(new Set([animal]));
    expect(state.unsettled.size).toBe(0);
    expect(state.findings().some(({ shrunk }) => shrunk)).toBe(true);
    for (const { id } of state.findings())
      expect(existsSync(join(whole, 'findings', `${id}.json`))).toBe(true);
    expect(new Set(state.findings().map(({ fingerprint }) => fingerprint)).size).toBe(
      state.findings().length,
    );
    expect(state.differences().map(({ kind }) => kind)).toContain('decision');
    const kept = readdirSync(join(whole, 'corpus'));
    expect(kept.sort()).toEqual(state.corpus.map(({ file }) => file));
    expect(kept.length).toBeLessThan(cases);
    expect(loadCases(join(whole, 'corpus'), replayable).length).toBe(kept.length);
  });

  it('is another for another seed', async () => {
    const other = await session(join(root, 'other'), { setup: { ...setup, seed: 4 } });
    expect(told(other)).not.toEqual(uninterrupted);
  });

  it('comes to the same when it is stopped and gone on with', async () => {
    const folder = join(root, 'stopped');
    const first = await session(folder, {
      onProgress: ({ done }, stop) => {
        if (done === 45) stop.ask();
      },
    });
    expect(first.done).toBe(45);
    expect(told(await session(folder))).toEqual(uninterrupted);
  });

  it('comes to the same wherever it is killed, but for the line in flight', async () => {
    const folder = join(root, 'killed');
    const snapshots = [9, 40, 71].map((n) => ({ n, copy: join(root, `killed-${n}`) }));
    await session(folder, {
      onProgress: ({ done }) => {
        for (const { n, copy } of snapshots) if (n === done) cpSync(folder, copy, { recursive: true });
      },
    });
    for (const { n, copy } of snapshots) {
      const log = join(copy, logName);
      truncateSync(log, readFileSync(log).length - 5);
      // This process has it, and is there still.
      rmSync(join(copy, lockName));
      expect(readStore(copy).state.done).toBe(n - 1);
      expect(told(await session(copy))).toEqual(uninterrupted);
    }
  });

  it('does as many cases with several jobs, each once', async () => {
    const folder = join(root, 'threads');
    const options = { setup, folder: join(folder, 'findings') };
    const jobs = [await openThreadJob(options), await openThreadJob(options)];
    const state = await session(folder, { jobs });
    expect(state.done).toBe(cases);
    expect(state.findings().length).toBeGreaterThan(0);
    const lines = readFileSync(join(folder, logName), 'utf8').split('\n');
    const places = lines.flatMap((line) => (line.startsWith('{"kind":"case"') ? [JSON.parse(line).n] : []));
    expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: cases }, (_, n) => n));
  });
});

describe('fuzzing', () => {
  it('finds a fault that one round of the same attacks does not', async () => {
    const verifiers = ['zoo:recovers-once'];
    const attacks = catalogue.filter(({ id }) => id === 'power.double');
    const plain = await runCampaign({
      hosts: [await openDirect('zoo:recovers-once')],
      attacks,
      stored: [],
      seed: 1,
      runs: 1,
    });
    expect(plain.failures).toEqual([]);
    const of = { ...setup, seed: 1, verifiers, attacks: attacks.map(({ id }) => id) };
    const state = await session(join(root, 'animal'), { setup: of });
    expect(state.findings().length).toBeGreaterThan(0);
    expect(state.findings()[0]).toMatchObject({ verifier: 'zoo:recovers-once', shrunk: true });
  });
});

describe('a folder that is no fuzzing run, or broken', () => {
  it('is named, with what is wrong', () => {
    expect(() => readStore(join(root, 'nowhere'))).toThrow(/there is no fuzzing run/);
    const log = (name: string, text: string): string => {
      const folder = mkdtempSync(join(root, name));
      writeFileSync(join(folder, logName), text);
      return folder;
    };
    const lines = readFileSync(join(whole, logName), 'utf8').split('\n');
    const first = lines[0] as string;
    expect(() => readStore(log('empty', ''))).toThrow(/no whole line/);
    expect(() => readStore(log('other', '{"kind":"case"}\n'))).toThrow(/does not begin/);
    expect(() => readStore(log('junk', `${first}\nnonsense\n{}\n`))).toThrow(/line 2 of .* is not JSON/);
    expect(() => readStore(log('kindless', `${first}\n{}\n`))).toThrow(/line 2 of .* has no "kind"/);
    expect(() => readStore(log('gone', lines.join('\n')))).toThrow(/the kept case .* cannot be read/);
    expect(() => createStore(whole, setup, {})).toThrow(/--resume/);
  });
});
