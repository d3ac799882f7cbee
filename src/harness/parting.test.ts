import { describe, expect, it } from 'vitest';
import { selectAttacks } from '../attacks/catalogue.ts';
import { fromHex } from '../cbor/hex.ts';
import type { Outcome } from '../device/outcome.ts';
import { cborXVerifier } from '../verifiers/library/cbor-x.ts';
import { createVerifier, referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { type Partings, partingOf, partingsOf } from './parting.ts';
import type { CaseRecord } from './record.ts';

const installed: Outcome = { kind: 'accepted', level: 'installed' };
const invoked: Outcome = { kind: 'accepted', level: 'invoked' };
const silent: Outcome = { kind: 'rejected' };
const badSignature: Outcome = { kind: 'rejected', stage: 'authenticate', reason: 'sig-invalid' };

function holding(sequenceNumber: bigint, sha256: string): Outcome {
  return {
    kind: 'accepted',
    level: 'installed',
    state: { sequenceNumber, components: [{ sha256: fromHex(sha256), size: 1n }] },
  };
}

describe('partingOf', () => {
  it.each<[string, readonly Outcome[], string | undefined]>([
    ['the same acceptance', [installed, installed], undefined],
    ['the same refusal', [badSignature, badSignature], undefined],
    ['acceptance and refusal', [installed, badSignature], 'decision'],
    ['refusal and crash', [badSignature, { kind: 'crashed', error: 'x' }], 'decision'],
    ['a third that refuses', [installed, installed, silent], 'decision'],
    ['two levels', [installed, invoked], 'level'],
    ['two sequence numbers', [holding(1n, 'aa'), holding(2n, 'aa')], 'reads-differently'],
    ['two contents', [holding(1n, 'aa'), holding(1n, 'bb')], 'reads-differently'],
    ['a state that only one reports', [holding(1n, 'aa'), installed], undefined],
    ['two stages', [badSignature, { kind: 'rejected', stage: 'digest' }], 'stage'],
    ['two reasons of one stage', [badSignature, { ...badSignature, reason: 'key-unknown' }], 'reason'],
    ['a stage known by its reason', [{ kind: 'rejected', reason: 'sig-invalid' }, badSignature], undefined],
    ['a refusal without stage or reason', [badSignature, silent], undefined],
    [
      'two reasons and a silence between',
      [badSignature, silent, { ...badSignature, reason: 'key-unknown' }],
      'reason',
    ],
  ])('%s', (_, outcomes, kind) => {
    expect(partingOf(outcomes)).toBe(kind);
  });

  it('does not hold it against a verifier that it claims less', () => {
    expect(partingOf([installed, invoked], 'installed')).toBeUndefined();
    expect(partingOf([{ kind: 'accepted', level: 'applicable' }, invoked], 'installed')).toBe('level');
  });
});

async function partings(only: string, verifiers: Readonly<Record<string, Verifier>>): Promise<Partings> {
  const hosts = await Promise.all(
    Object.entries(verifiers).map(([spec, verifier]) => directHost(spec, verifier)),
  );
  const records: CaseRecord[] = [];
  const attacks = selectAttacks(only) ?? [];
  await runCampaign({ hosts, attacks, stored: [], seed: 1, runs: 3, onRecord: (one) => records.push(one) });
  return partingsOf(records, hosts);
}

describe('partingsOf', () => {
  it('finds nothing between a verifier and itself', async () => {
    const found = await partings('E', { one: referenceVerifier(), two: referenceVerifier() });
    expect(found.compared).toBeGreaterThan(40);
    expect(found).toMatchObject({ unanswered: 0, partings: [] });
  });

  it('finds what one lets through, with the attack, its round and both answers', async () => {
    const found = await partings('cose.hdr.dup', { reference: referenceVerifier(), lax: cborXVerifier() });
    expect(found.partings).toHaveLength(3);
    expect(found.partings[1]).toMatchObject({
      attack: 'cose.hdr.dup',
      round: 1,
      of: 'attacked',
      kind: 'decision',
      answers: [
        { verifier: 'reference', verdict: 'proven', answer: expect.stringContaining('rejected: ') },
        { verifier: 'lax', verdict: 'failed', answer: 'accepted as installed' },
      ],
    });
  });

  it('finds valid deliveries that one refuses, each once, and does not compare the attack on it', async () => {
    const strict = createVerifier({ rules: { acceptsSequence: () => 'sequence-policy' } });
    const found = await partings('E01', { reference: referenceVerifier(), strict });
    expect(found.partings.length).toBeGreaterThan(0);
    for (const one of found.partings) {
      expect(one).toMatchObject({ of: 'control', kind: 'decision', attack: 'rollback.sequence.lower' });
      expect(one.answers[1]).toMatchObject({ answer: 'rejected: sequence-policy at sequence' });
    }
    expect(found.unanswered).toBe(3);
  });

  it('does not count as answers what a verifier does not claim', async () => {
    const { open } = referenceVerifier();
    const modest: Verifier = {
      open,
      hello: async () => ({ ...(await referenceVerifier().hello()), levels: [], events: [] }),
    };
    expect(await partings('E01', { reference: referenceVerifier(), modest })).toMatchObject({
      compared: 0,
      partings: [],
    });
  });
});
