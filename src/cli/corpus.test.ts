import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { runCampaign } from '../harness/campaign.ts';
import { loadCases } from '../harness/corpus.ts';
import { directHost } from '../harness/direct-host.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { ownCorpus, problemsOf, runCorpus } from './corpus.ts';

const reference = await directHost('reference', referenceVerifier());

const files = readdirSync(ownCorpus());

describe('the cases that come with the bench', () => {
  it('get the verdict they must, and are one for each attack (else: gauntlet corpus --write)', async () => {
    const problems = await problemsOf(ownCorpus(), catalogue, reference);
    expect(problems.map(({ file, why }) => `${file}: ${why}`)).toEqual([]);
  });

  it('are small, and hold no private key', () => {
    const texts = files.map((name) => readFileSync(join(ownCorpus(), name), 'utf8'));
    expect(texts.join('').length).toBeLessThan(1_900_000);
    expect(texts.filter((text) => /"d":/.test(text))).toEqual([]);
  });

  it('are replayed before anything is generated, equal controls once', async () => {
    const stored = loadCases(ownCorpus(), catalogue);
    expect(stored.length).toBe(catalogue.length);
    expect(new Set(stored.map((one) => one.control)).size).toBeLessThan((stored.length * 3) / 4);
    const seen: string[] = [];
    const result = await runCampaign({
      hosts: [reference],
      attacks: catalogue.slice(0, 1),
      stored: stored.slice(-3),
      seed: 1,
      runs: 1,
      onRecord: ({ attack }) => attack.startsWith('valid.') || seen.push(attack),
    });
    expect(seen).toEqual(
      [...stored.slice(-3), ...catalogue.slice(0, 1).map((attack) => ({ attack }))].map(
        ({ attack }) => attack.id,
      ),
    );
    expect(result.done).toBe(4);
  });
});

describe('a case that no longer stands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-corpus-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const attacks = catalogue.filter(({ handle }) => handle === 'A01' || handle === 'E01');
  const id = 'rollback.sequence.lower';
  const path = join(folder, `${id}.json`);
  let written = '';
  const change = (to: (file: Record<string, never>) => object) =>
    writeFileSync(path, JSON.stringify(to(JSON.parse(written))));
  const told = async () =>
    (await problemsOf(folder, attacks, reference)).filter(({ attack }) => attack?.id === id);

  it('is renewed on request, and those of no attack go', async () => {
    writeFileSync(join(folder, 'no.such.attack.json'), '{}');
    const files = attacks.map((attack) => `${attack.id}.json`);
    expect((await problemsOf(folder, attacks, reference)).map(({ file }) => file)).toEqual([
      ...files,
      'no.such.attack.json',
    ]);
    expect(await runCorpus(folder, { format: 'text', attacks })).toBe(1);
    expect(await runCorpus(folder, { format: 'text', attacks, write: true })).toBe(0);
    expect(await problemsOf(folder, attacks, reference)).toEqual([]);
    expect(readdirSync(folder)).toEqual(files.sort());
    written = readFileSync(path, 'utf8');
  });

  it('is told when the attack expects something else', async () => {
    change((file) => ({
      ...file,
      expect: { strength: 'must-accept', clause: { doc: 'cbor', section: '3' } },
    }));
    expect(await told()).toMatchObject([{ why: expect.stringContaining('expectation') }]);
  });

  it('is told when the attack makes other bytes', async () => {
    change((file) => ({ ...file, attacked: file.control }));
    expect(await told()).toMatchObject([{ why: expect.stringContaining('bytes') }]);
  });

  it('is told when the reference gets another verdict', async () => {
    change((file) => ({ ...file, verdict: 'weak' }));
    expect(await told()).toMatchObject([{ why: expect.stringContaining('proven') }]);
  });
});
