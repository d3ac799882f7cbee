import { describe, expect, it } from 'vitest';
import type { Decision } from '../device/decision.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Claims, Verifier } from '../verifiers/verifier.ts';
import { type CheckUp, checkUp } from './check-up.ts';
import { directHost } from './direct-host.ts';

async function builtin(name: string): Promise<Verifier> {
  const verifier = await createBuiltin(name);
  if (verifier === undefined) throw new Error(`no verifier ${name}`);
  return verifier;
}

async function examine(verifier: Verifier, timeMs = 4_000): Promise<CheckUp> {
  return checkUp(await directHost('tested', verifier), { seed: 1, timeMs });
}

const failures = ({ checks }: CheckUp): readonly string[] =>
  checks.filter(({ status }) => status === 'failed').map(({ name }) => name);

async function claiming(change: Partial<Claims>): Promise<Verifier> {
  const reference = await builtin('reference');
  const claims = { ...(await reference.hello()), ...change };
  return { hello: () => claims, open: (recipient) => reference.open(recipient) };
}

/** The reference, its answers changed. */
async function answering(change: (decision: Decision) => Decision): Promise<Verifier> {
  const reference = await builtin('reference');
  return {
    hello: () => reference.hello(),
    open: async (recipient) => {
      const session = await reference.open(recipient);
      return { deliver: async (delivery) => change(await session.deliver(delivery)) };
    },
  };
}

describe('checkUp', () => {
  it('finds nothing to mend in the reference, and sees all that valid manifests show', async () => {
    const result = await examine(await builtin('reference'), 20_000);
    expect(failures(result)).toEqual([]);
    expect(result.checks.every(({ status }) => status === 'passed')).toBe(true);
    const unseen = result.claims.filter(({ status }) => status !== 'seen').map(({ value }) => value);
    expect(unseen).toEqual([]);
    expect(result.pace?.medianMs).toBeGreaterThan(0);
  });

  it('names what an animal lets through, with the clause that forbids it', async () => {
    const result = await examine(await builtin('zoo:never-checks-sequence'), 500);
    const name = 'refused: an older manifest by the rightful author';
    expect(failures(result)).toContain(name);
    expect(result.checks.find((check) => check.name === name)?.fix).toContain('8.4.2');
  });

  it('sees a session that finds what another left', async () => {
    const reference = await builtin('reference');
    let highest = 0n;
    const leaking: Verifier = {
      hello: () => reference.hello(),
      open: async (recipient) => {
        const session = await reference.open(recipient);
        return {
          deliver: async (delivery) => {
            const decision = await session.deliver(delivery);
            const number = decision.state?.full?.sequenceNumber ?? decision.state?.sequenceNumber ?? 0n;
            if (decision.kind !== 'accepted' || number > 20n) return decision;
            if (number < highest) return { kind: 'rejected', stage: 'sequence', reason: 'sequence-rollback' };
            highest = number;
            return decision;
          },
        };
      },
    };
    expect(failures(await examine(leaking, 0))).toContain('a new session is a new recipient');
  });

  it('refuses nothing valid silently: a verifier that rejects everything fails at the first valid example', async () => {
    const verifier = await answering(() => ({ kind: 'rejected' }));
    const { checks } = await examine(verifier, 500);
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['claims', 'passed'],
      ['valid example accepted', 'failed'],
    ]);
  });

  it('says which claims are refused, and why', async () => {
    const reference = await builtin('reference');
    const verifier: Verifier = {
      hello: () => reference.hello(),
      open: async (recipient) => {
        const session = await reference.open(recipient);
        return {
          deliver: async (delivery) =>
            delivery.event === 'boot'
              ? { kind: 'rejected', stage: 'procedure', reason: 'state-conflict' }
              : session.deliver(delivery),
        };
      },
    };
    const result = await examine(verifier, 4_000);
    const refused = result.claims.filter(({ status }) => status === 'refused');
    expect(refused[0]).toMatchObject({ kind: 'event', value: 'boot' });
    expect(refused[0]?.note).toContain('state-conflict at procedure');
    expect(failures(result)).toEqual(['every claim seen to work']);
  });

  it('sees by attacks what no valid manifest shows, and that it is not honoured', async () => {
    const reference = await builtin('reference');
    const claims: Claims = {
      ...(await reference.hello()),
      structures: ['sign1'],
      algorithms: [-7, -8, -9, -19],
      digests: [-16],
      extensions: ['component-sets', 'running-slot'],
      extras: [],
    };
    const verifier: Verifier = {
      hello: () => claims,
      open: ({ componentSets: _ignored, ...recipient }) => reference.open(recipient),
    };
    const seen = (await examine(verifier, 20_000)).claims;
    const of = (value: string) => seen.find((one) => one.value === value);
    expect(of('component-sets')).toMatchObject({ status: 'refused' });
    expect(of('component-sets')?.note).toContain('comp.set.partial');
    expect(of('running-slot')).toMatchObject({ status: 'seen' });
  });

  it('says of a report that is claimed and never made that it stood in no answer', async () => {
    const verifier = await answering((decision) => {
      const { cost: _none, ...rest } = decision;
      return rest as Decision;
    });
    const { claims } = await examine(verifier, 300);
    expect(claims.find(({ value }) => value === 'cost')).toMatchObject({
      status: 'refused',
      note: 'it stood in no answer',
    });
  });

  it('names what the nearest manifest needs where nothing fits the claims', async () => {
    const result = await examine(await claiming({ commands: [], parameters: [] }), 500);
    expect(result.checks).toHaveLength(1);
    expect(result.checks[0]).toMatchObject({ name: 'claims', status: 'failed' });
    expect(result.checks[0]?.fix).toMatch(/command .*parameter/);
    expect(result.claims.every(({ status }) => status === 'not-seen')).toBe(true);
  });

  it('leaves out what a verifier without a memory cannot show', async () => {
    const result = await examine(await claiming({ keepsState: false }), 300);
    expect(result.checks.find(({ name }) => name === 'a session keeps its state')?.status).toBe('skipped');
  });
});
