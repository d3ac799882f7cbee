import { afterEach, describe, expect, it } from 'vitest';
import { builtinNames, workerBuiltins } from '../builtins.ts';
import { plain, tinyRecipient } from './fixtures/tiny.ts';
import type { IsolatedHost } from './isolated-host.ts';
import { openVerifier } from './open.ts';

const hosts: IsolatedHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

describe('openVerifier', () => {
  it.each([...workerBuiltins, 'library:cbor-x'])(
    'opens %s, which rejects two bytes of nothing',
    async (spec) => {
      const host = await openVerifier(spec);
      hosts.push(host);
      expect(host.spec).toBe(spec);
      expect(await host.trial(tinyRecipient, [plain])).toMatchObject([{ kind: 'rejected' }]);
    },
  );

  it('opens an animal of the zoo in a process of its own', async () => {
    const spec = (await builtinNames()).find((name) => name.startsWith('zoo:'));
    const host = await openVerifier(spec ?? 'zoo:');
    hosts.push(host);
    expect(host.status().pid).toBeGreaterThan(0);
    expect((await host.trial(tinyRecipient, [plain])).length).toBe(1);
  });

  it.each(['nonsense', 'zoo:unicorn', 'constructor', '', 'library:'])(
    'does not know %j, and lists what there is',
    async (spec) => {
      await expect(openVerifier(spec)).rejects.toMatchObject({
        code: 'verifier-unknown',
        message: expect.stringMatching(/reference, bounded, library:cbor-x/),
      });
    },
  );

  it.each([
    [{ command: 'sh {envelope} {anchor} {nope}' }, 'command', 'no place {nope}'],
    [{ command: 'sh {envelope} {anchor}', exits: { '2-999': 'rejected' } }, 'exits', '"2-999"'],
    [{ command: 'sh {envelope} {anchor}', output: [{ match: '(' }] }, 'output', 'no regular expression'],
    [
      { command: 'sh {envelope} {anchor}', output: [{ match: '(?<reson>x)' }] },
      'output',
      'a group reson; a group may be',
    ],
    [{ module: './nowhere.mjs' }, 'module', 'there is no file'],
  ] as const)(
    'says at which key of which config file something is wrong: %j, %s',
    async (entry, key, message) => {
      const entries = [{ name: 'mine', file: '/a/c.json', folder: '/', entry }];
      const thrown = await openVerifier('mine', { entries }).catch((error: unknown) => error);
      expect(String(thrown)).toContain(`/a/c.json: verifiers.mine.${key}: `);
      expect(String(thrown)).toContain(message);
    },
  );
});
