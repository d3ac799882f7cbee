import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../bench-error.ts';
import { fixtureFolder, plain, tinyRecipient, trigger } from './fixtures/tiny.ts';
import { type IsolatedHost, type TransportOptions, transportOptions } from './isolated-host.ts';
import { openWorkerHost } from './worker-host.ts';

const hosts: IsolatedHost[] = [];

async function open(name: string, options: Partial<TransportOptions> = {}): Promise<IsolatedHost> {
  const url = pathToFileURL(join(fixtureFolder, `${name}.mjs`)).href;
  const host = await openWorkerHost(
    name,
    { kind: 'module', url },
    transportOptions({ deadlineMs: 10_000, ...options }),
  );
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

const accepted = { kind: 'accepted', level: 'applicable' };

describe('a verifier in a worker thread', () => {
  it('answers many trials at once', async () => {
    const host = await open('accept-all');
    expect(host.depth).toBeGreaterThan(16);
    const trials = await Promise.all(
      Array.from({ length: 300 }, () => host.trial(tinyRecipient, [plain, trigger])),
    );
    expect(trials).toEqual(Array.from({ length: 300 }, () => [accepted, accepted]));
    expect(host.status()).toMatchObject({ restarts: 0, unexplained: [], givenUp: false });
  });

  it.each([
    ['throws', 'crashed', 0],
    ['exits-1', 'crashed', 1],
    ['spins', 'hung', 1],
    ['never-answers', 'hung', 1],
    ['garbage', 'protocol-error', 0],
  ])('%s: the culprit is %s, all others are answered', async (name, kind, leastRestarts) => {
    const host = await open(name, { deadlineMs: 400 });
    const trials = await Promise.all(
      Array.from({ length: 12 }, (_, i) => host.trial(tinyRecipient, [plain, i === 3 ? trigger : plain])),
    );
    expect(trials.map((outcomes) => outcomes.map((outcome) => outcome.kind))).toEqual(
      Array.from({ length: 12 }, (_, i) => ['accepted', i === 3 ? kind : 'accepted']),
    );
    expect(host.status().restarts).toBeGreaterThanOrEqual(leastRestarts);
    expect(host.status().unexplained).toEqual([]);
  });

  it('keeps the answers given before a death', async () => {
    const host = await open('spins', { deadlineMs: 300 });
    const outcomes = await host.trial(tinyRecipient, [plain, plain, trigger, plain]);
    expect(outcomes).toEqual([accepted, accepted, { kind: 'hung', afterMs: 300 }]);
  });

  it('does not call a trial hung because the bench itself was held up', async () => {
    const host = await open('accept-all', { deadlineMs: 200 });
    const underWay = host.trial(tinyRecipient, [plain]);
    await Promise.resolve();
    const until = performance.now() + 600;
    while (performance.now() < until);
    expect(await underWay).toEqual([accepted]);
    expect(host.status().restarts).toBe(0);
  });

  it('a thread that runs out of memory is exhausted', async () => {
    const host = await open('allocates-heap', { memoryMiB: 32, deadlineMs: 20_000 });
    expect(await host.trial(tinyRecipient, [trigger])).toMatchObject([{ kind: 'exhausted' }]);
    expect(await host.trial(tinyRecipient, [plain])).toEqual([accepted]);
  });

  it('one that says no hello is refused', async () => {
    await expect(open('throws-at-start')).rejects.toMatchObject({ code: 'verifier-dead' });
    await expect(open('never-hello', { helloMs: 400 })).rejects.toThrow(BenchError);
  });
});
