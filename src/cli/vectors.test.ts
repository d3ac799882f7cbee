import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyToJwk } from '../cose/key-files.ts';
import { authorHmac, authorP256 } from '../cose/test-keys.ts';
import { decisionToJson, deliveryFromJson, recipientFromJson } from '../device/json.ts';
import { directHost } from '../harness/direct-host.ts';
import type { RecordedAnswer } from '../harness/recorded-host.ts';
import { ControlCache, tryCase } from '../harness/trial.ts';
import { jsonSchema } from '../json-schema.ts';
import { encode, release } from '../suit/parts.ts';
import { author, manifest } from '../verifiers/reference/fixtures/trial.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { filesOf, gauntlet } from './fixtures/command.ts';
import { loadVectors, readIndex } from './vectors-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'gauntlet-vectors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => gauntlet(args);

const suite = join(folder, 'suite');
const chosen = ['--only', 'E', '--only', 'V01', '--only', 'history.mixed', '--runs', '2', '--seed', '3'];
const exported = run('vectors', 'export', suite, ...chosen, '--dictionary', '--seeds');

/** As docs/vectors.md tells a stranger to do it: index and files alone. */
async function answersOf(verifier: Verifier): Promise<Record<string, RecordedAnswer[]>> {
  const answers: Record<string, RecordedAnswer[]> = {};
  for (const { id, file, sessions } of readIndex(suite).cases) {
    const json: unknown = JSON.parse(readFileSync(join(suite, file), 'utf8'));
    const own: RecordedAnswer[] = [];
    for (const [s, { recipient, deliveries }] of sessions.entries()) {
      const session = await verifier.open(recipientFromJson(at(json, recipient)));
      for (const [d, delivery] of deliveries.entries()) {
        const decision = await session.deliver(deliveryFromJson(at(json, delivery.at)));
        own.push({ ...(decisionToJson(decision) as { kind: string }), session: s + 1, id: d });
      }
    }
    answers[id] = own;
  }
  return answers;
}

function at(json: unknown, pointer: string): unknown {
  return pointer
    .slice(1)
    .split('/')
    .reduce((inside, name) => (inside as Record<string, unknown>)[name], json);
}

async function written(
  name: string,
  answers: Readonly<Record<string, readonly RecordedAnswer[]>>,
  more: object = {},
): Promise<string> {
  const file = join(folder, `${name}.json`);
  const { suite: digest } = readIndex(suite);
  const claims = await referenceVerifier().hello();
  const json = { format: 'suit-gauntlet/answers/1', suite: digest, claims, answers, ...more };
  expect(jsonSchema('answers').check(json)).toBeUndefined();
  writeFileSync(file, JSON.stringify(json));
  return file;
}

const right = await answersOf(referenceVerifier());

describe('a suite of a user’s own envelope', () => {
  const jwk = join(folder, 'author.jwk.json');
  const envelope = join(folder, 'own.suit');
  writeFileSync(jwk, JSON.stringify(keyToJwk(authorP256, { private: true })));
  writeFileSync(envelope, encode(release(manifest(), [author])));
  const own = join(folder, 'own');
  const given = ['--envelope', envelope, '--key', jwk, '--only', 'E01', '--only', 'cose.sig.flip'];
  const made = run('vectors', 'export', own, ...given, '--seeds');

  it('has its attacks, by the author too, without the private key', () => {
    expect(made.status).toBe(0);
    const { cases } = readIndex(own);
    expect(
      jsonSchema('vectors').check(JSON.parse(readFileSync(join(own, 'index.json'), 'utf8'))),
    ).toBeUndefined();
    expect(cases.map(({ attack }) => attack).sort()).toEqual(['cose.sig.flip', 'rollback.sequence.lower']);
    const { d } = keyToJwk(authorP256, { private: true }) as { readonly d: string };
    const hex = Buffer.from(d, 'base64url').toString('hex');
    for (const text of Object.values(filesOf(own)))
      expect([d, hex].filter((one) => text.includes(one))).toEqual([]);
    const seeds = Object.keys(filesOf(own)).filter((name) => name.startsWith('seeds/'));
    const control = readFileSync(envelope, 'latin1');
    expect(seeds.some((name) => readFileSync(join(own, name), 'latin1') === control)).toBe(true);
  });

  it('is judged as any other', async () => {
    const host = await directHost('reference', referenceVerifier());
    const cases = [...loadVectors(own, readIndex(own))];
    expect(cases.length).toBeGreaterThan(0);
    for (const { case: one } of cases)
      expect((await tryCase(host, one, new ControlCache())).ruling.verdict).toBe('proven');
  });

  it('is refused where it would give a symmetric key away', () => {
    const oct = join(folder, 'oct.jwk.json');
    const mac = keyToJwk(authorHmac, { private: true });
    writeFileSync(oct, JSON.stringify(mac));
    const sealed = join(folder, 'mac.suit');
    writeFileSync(
      sealed,
      encode(release(manifest(), [{ ...author, key: authorHmac, algorithm: 5, structure: 'mac0' }])),
    );
    const refused = run('vectors', 'export', join(folder, 'mac'), '--envelope', sealed, '--key', oct);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('symmetric key')]);
    expect(existsSync(join(folder, 'mac'))).toBe(false);
  });
});

describe('an exported suite', () => {
  it('has an index that its schema allows, and a file for each case', () => {
    expect(exported).toMatchObject({ status: 0, stderr: '' });
    const index = readIndex(suite);
    expect(index.cases.length).toBeGreaterThan(20);
    expect(new Set(index.cases.map(({ id }) => id)).size).toBe(index.cases.length);
    expect(loadVectors(suite, index).map(({ vector }) => vector.id)).toEqual(index.cases.map(({ id }) => id));
    expect(Object.values(index.families).reduce((a, b) => a + b)).toBe(index.cases.length);
  });

  it('is the same byte for byte when it is exported again', () => {
    const again = join(folder, 'again');
    expect(run('vectors', 'export', again, ...chosen, '--dictionary', '--seeds').status).toBe(0);
    expect(filesOf(again)).toEqual(filesOf(suite));
  });

  it('has public keys and no private one', () => {
    const cases = Object.entries(filesOf(suite)).filter(([name]) => name.startsWith('cases/'));
    expect(cases.some(([, text]) => text.includes('"x":'))).toBe(true);
    expect(cases.filter(([, text]) => text.includes('"d":') || text.includes('"plan"'))).toEqual([]);
  });

  it('is not written over something else', () => {
    expect(run('vectors', 'export', suite, ...chosen)).toMatchObject({ status: 2 });
  });

  it('expects what the reference answers', () => {
    for (const { id, sessions, strength } of readIndex(suite).cases)
      for (const { session, id: d, kind, state } of right[id] ?? []) {
        const expected = sessions[session - 1]?.deliveries[d]?.expected;
        if (expected === undefined) throw new Error(`${id} has an answer too many`);
        if (expected.outcome === 'either' || strength === 'should-reject') continue;
        if (!expected.interrupted) expect([id, kind]).toEqual([id, expected.outcome]);
        if (kind !== 'accepted' || expected.state === 'unchanged' || !expected.state || expected.orStates)
          continue;
        const told = state as { sequenceNumber?: string };
        expect([id, told.sequenceNumber]).toEqual([id, expected.state.sequenceNumber]);
      }
  });

  it('gives fuzzers a dictionary and seeds', () => {
    const files = filesOf(suite);
    const lines = (files['suit.dict'] ?? '').trimEnd().split('\n');
    expect(lines.filter((line) => !/^[A-Za-z0-9_]+="(\\x[0-9a-f]{2})+"$/.test(line))).toEqual([]);
    expect(lines).toContain('tag_envelope="\\xd8\\x6b"');
    expect(new Set(lines.map((line) => line.split('=')[0])).size).toBe(lines.length);
    const seeds = Object.keys(files).filter((name) => name.startsWith('seeds/'));
    expect(seeds.length).toBeGreaterThan(10);
  });
});

describe('answers from elsewhere', () => {
  it('get the verdicts that a run gives', async () => {
    const out = join(folder, 'out');
    expect(run('vectors', 'judge', suite, await written('right', right), '--out', out)).toMatchObject({
      status: 0,
      stderr: '',
    });
    const host = await directHost('reference', referenceVerifier());
    const counts: Record<string, Record<string, number>> = {};
    for (const { case: one } of loadVectors(suite, readIndex(suite))) {
      const { verdict } = (await tryCase(host, one, new ControlCache())).ruling;
      const of = counts[one.attack.id] ?? {};
      counts[one.attack.id] = of;
      of[verdict] = (of[verdict] ?? 0) + 1;
    }
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as {
      attacks: Record<string, Record<string, Record<string, number>>>;
    };
    const { 'valid.corpus': controls, ...judged } = Object.values(results.attacks)[0] ?? {};
    expect(controls?.accepted).toBeGreaterThan(20);
    const seen = Object.entries(judged).map(([id, all]) => [
      id,
      Object.fromEntries(Object.entries(all).filter(([, n]) => n > 0)),
    ]);
    expect(Object.fromEntries(seen)).toEqual(counts);
    expect(results).toMatchObject({ complete: true, findings: [], notes: [] });
  });

  it('are caught where one was turned, broken or given twice', async () => {
    const ways: Readonly<Record<string, (one: RecordedAnswer) => readonly RecordedAnswer[]>> = {
      'accepted-invalid': ({ session, id }) => [{ session, id, kind: 'accepted', level: 'invoked' }],
      crashed: ({ session, id }) => [{ session, id, kind: 'crashed', error: 'signal 11' }],
      hung: ({ session, id }) => [{ session, id, kind: 'hung', afterMs: 9 }],
      'unknown stage': (one) => [{ ...one, stage: 'nowhere' }],
      'given twice': (one) => [one, one],
    };
    const judged = readIndex(suite).cases.flatMap(({ id, attack, strength, sessions }) => {
      const last = sessions.length;
      const d =
        sessions.at(-1)?.deliveries.findIndex(({ expected }) => expected.outcome === 'rejected') ?? -1;
      return strength === 'must-reject' && last === 2 && d >= 0 ? [{ id, attack, last, d }] : [];
    });
    const ofAttacks = [...new Map(judged.map((one) => [one.attack, one])).values()];
    const turned = Object.keys(ways).map((way, i) => ({
      way,
      ...(ofAttacks[i] as (typeof ofAttacks)[number]),
    }));
    const answers = { ...right };
    for (const { way, id, last, d } of turned)
      answers[id] = (right[id] ?? []).flatMap((one) =>
        one.session === last && one.id === d ? (ways[way]?.(one) ?? []) : [one],
      );
    const file = await written('turned', answers);
    const { status, stdout } = run('vectors', 'judge', suite, file, '--format', 'json');
    expect(status).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: readonly { kind: string; attack: string }[] };
    const seen = Object.fromEntries(findings.map(({ attack, kind }) => [attack, kind]));
    const wanted = turned.map(({ way, attack }) => [attack, way.includes(' ') ? 'protocol-error' : way]);
    expect(seen).toMatchObject(Object.fromEntries(wanted));
    expect(findings.length).toBe(turned.length);
  });

  it('that are missing count, unless part of them is all that was wanted', async () => {
    const [first = ''] = Object.keys(right);
    const { [first]: _left, ...rest } = right;
    const file = await written('missing', { ...rest, nothing: [] });
    const { status, stdout } = run('vectors', 'judge', suite, file);
    expect(status).toBe(1);
    expect(stdout).toContain(`1 cases lack an answer, the first: ${first}`);
    expect(stdout).toContain('1 answers are to cases that the suite does not have, the first: nothing');
    expect(run('vectors', 'judge', suite, file, '--partial').status).toBe(0);
  });

  it('are refused where they are to another suite, or the suite was changed', async () => {
    const other = await written('other', right, { suite: '0'.repeat(64) });
    expect(run('vectors', 'judge', suite, other)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('answers-other-suite') as string,
    });
    const file = await written('right', right);
    const { cases } = readIndex(suite);
    const path = join(suite, cases[0]?.file ?? '');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace('must-reject', 'policy'));
    const { status, stderr } = run('vectors', 'judge', suite, file);
    writeFileSync(path, before);
    expect(status).toBe(2);
    expect(stderr).toContain('suite-changed');
  });
});

describe('an import', () => {
  const judged = (corpus: string, ...only: readonly string[]) => {
    const { status, stdout } = run(
      'run',
      '--runs',
      '0',
      '--no-stored',
      '--format',
      'json',
      '--corpus',
      corpus,
      ...only,
    );
    const results = JSON.parse(stdout) as { attacks: Record<string, Record<string, Record<string, number>>> };
    return { status, attacks: results.attacks.reference ?? {} };
  };

  it('of a suite is a corpus of its cases, valid ones too', () => {
    const corpus = join(folder, 'from-suite');
    expect(run('vectors', 'import', suite, '--out', corpus)).toMatchObject({ status: 0, stderr: '' });
    const { status, attacks } = judged(corpus);
    expect(status).toBe(0);
    const { 'valid.corpus': _controls, ...own } = attacks;
    const sum = Object.values(own).reduce(
      (all, counts) => all + Object.values(counts).reduce((a, b) => a + b),
      0,
    );
    expect(sum).toBe(readIndex(suite).cases.length);
    expect(attacks['rollback.sequence.lower']?.proven).toBeGreaterThan(0);
    expect(attacks['valid.example.published']?.accepted).toBe(1);
  });

  it('of raw envelopes is one case for each, on the device that is asked for', () => {
    const corpus = join(folder, 'from-raw');
    const raw = join(folder, 'raw');
    cpSync(join(suite, 'seeds'), raw, { recursive: true });
    writeFileSync(join(raw, 'empty'), '');
    writeFileSync(join(raw, 'noise'), 'noise');
    writeFileSync(join(raw, 'noise-again'), 'noise');
    writeFileSync(join(raw, 'README.txt'), 'of AFL');
    expect(run('vectors', 'import', raw, '--out', corpus)).toMatchObject({ status: 0, stderr: '' });
    const { status, attacks } = judged(corpus);
    expect(status).toBe(0);
    expect(attacks['blind.given']?.policy).toBe(readdirSync(join(suite, 'seeds')).length + 2);
    const [like] = readIndex(suite).cases;
    const other = join(folder, 'like');
    const file = join(suite, like?.file ?? '');
    expect(run('vectors', 'import', raw, '--out', other, '--like', file).status).toBe(0);
    expect(readdirSync(other)).not.toEqual(readdirSync(corpus));
  });

  it('of nothing is wrong usage', () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(run('vectors', 'import', empty, '--out', join(folder, 'no')).status).toBe(2);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });
});
