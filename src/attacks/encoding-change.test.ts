import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex } from '../cbor/hex.ts';
import type { Item } from '../cbor/item.ts';
import { contentOf, write } from '../cbor/write.ts';
import { nodeCrypto } from '../cose/node-crypto.ts';
import { macStructure, sigStructure } from '../cose/structures.ts';
import { buildScenario } from '../scenarios/build.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { encode, manifestDigest, partsOf, signedBytes } from '../suit/parts.ts';
import { changeAsAuthor, changeAsOutsider, isAuthored, opened, surePlaces } from './encoding-change.ts';
import { bytesAfter, itemAt, type Place, replaceAt } from './encoding-tree.ts';

const scenarios = fc.sample(arbitraryPlan(), { seed: 31, numRuns: 12 }).map(buildScenario);
const severed = fc
  .sample(arbitraryPlan({ features: ['severed', 'update', 'flat'] }), { seed: 5, numRuns: 6 })
  .map(buildScenario);

function attackedEnvelope(
  scenario: Scenario,
  place: Place,
  change: (item: Item) => Item,
  by: 'author' | 'outsider',
) {
  const apply = by === 'author' ? changeAsAuthor : changeAsOutsider;
  const envelope = apply(scenario, place, change)?.attacked.steps[0]?.delivery.envelope;
  if (envelope === undefined) throw new Error(`${place.name} was not changed`);
  return envelope;
}

/** Digest and every block of the envelope are right again. */
function expectSealed(scenario: Scenario, envelope: Uint8Array): void {
  const read = partsOf(envelope);
  if (!read.ok) throw new Error(read.problem.message);
  const { parts } = read;
  expect(write(parts.digest)).toEqual(write(manifestDigest(parts)));
  expect(parts.blocks.length).toBe(scenario.signers.length);
  parts.blocks.forEach((block, i) => {
    const { key, algorithm, structure } = scenario.signers[i]!;
    if (block.kind !== 'tag' || block.item.kind !== 'array') throw new Error('no COSE structure');
    const [header, , , signature] = block.item.items;
    if (header?.kind !== 'bstr' || signature?.kind !== 'bstr') throw new Error('no COSE structure');
    const payload = signedBytes(parts);
    const message =
      structure === 'sign1'
        ? sigStructure('Signature1', header.bytes, payload)
        : macStructure('MAC0', header.bytes, payload);
    expect(nodeCrypto.verify(algorithm, key, message, signature.bytes)).toBe('valid');
  });
}

const other = (item: Item): Item => (item.kind === 'uint' ? { ...item, value: item.value ^ 1n } : item);

describe('an opened envelope', () => {
  it('is written as it was', () => {
    for (const scenario of scenarios)
      expect(equalBytes(write(opened(scenario).tree), encode(scenario.release))).toBe(true);
  });

  it('gives every place its path', () => {
    for (const scenario of scenarios.slice(0, 4)) {
      const { tree, places } = opened(scenario);
      expect(places.length).toBeGreaterThan(50);
      for (const { path, item } of places) expect(itemAt(tree, path)).toBe(item);
    }
  });

  it('knows how many bytes follow a place inside its byte string', () => {
    const marker = fromHex('f00dfacef00dfacef00dfacef00dface');
    for (const scenario of scenarios.slice(0, 3)) {
      const { tree, places } = opened(scenario);
      for (const { path } of places) {
        const marked = replaceAt(tree, path, () => ({ kind: 'raw', bytes: marker }));
        const border = path.findLastIndex((_, i) => itemAt(marked, path.slice(0, i)).kind === 'wrapped');
        const around = itemAt(marked, path.slice(0, Math.max(border, 0)));
        const content = Buffer.from(around.kind === 'wrapped' ? contentOf(around) : write(around));
        expect(bytesAfter(tree, path)).toBe(content.length - content.indexOf(marker) - marker.length);
      }
    }
  });

  it('holds the sections of the other procedure for unread', () => {
    const names = (event: string) =>
      scenarios
        .filter((s) => s.deliveries[0]?.delivery.event === event)
        .flatMap((s) => opened(s).places)
        .filter((p) => p.name === 'sequence.section');
    expect(names('update').some((p) => p.reads === 'installed')).toBe(true);
    expect(names('boot').some((p) => p.reads === 'invoked')).toBe(true);
    expect(names('update').some((p) => p.reads === 'invoked')).toBe(false);
  });
});

describe("an author's change", () => {
  it('inside the manifest is sealed again', () => {
    for (const scenario of scenarios) {
      const [place] = surePlaces(scenario, (p) => p.name === 'manifest.2');
      expectSealed(scenario, attackedEnvelope(scenario, place!, other, 'author'));
    }
  });

  it('inside a severed element is bound and sealed again', () => {
    for (const scenario of severed) {
      const [place] = surePlaces(scenario, (p) => p.part === 'member' && p.name === 'policy');
      const envelope = attackedEnvelope(scenario, place!, other, 'author');
      expectSealed(scenario, envelope);
      // The digest of the severed element changed with it, and so the manifest.
      const read = partsOf(envelope);
      expect(read.ok && write(read.parts.manifest)).not.toEqual(write(scenario.release.manifest));
    }
  });

  it('has no meaning without the author', () => {
    const scenario = { ...scenarios[0]!, signers: [] };
    const [place] = surePlaces(scenario, isAuthored);
    expect(changeAsAuthor(scenario, place!, other)).toBeUndefined();
  });
});

describe("an outsider's change", () => {
  it('is delivered as it is, and its acceptance would leave what the control leaves', () => {
    for (const scenario of scenarios) {
      const [place] = surePlaces(scenario, (p) => p.name === 'manifest.2');
      const envelope = attackedEnvelope(scenario, place!, other, 'outsider');
      const read = partsOf(envelope);
      if (!read.ok) throw new Error(read.problem.message);
      expect(write(read.parts.digest)).toEqual(write(scenario.release.digest));
      expect(read.parts.blocks.map(write)).toEqual(scenario.release.blocks.map(write));
      expect(write(read.parts.manifest)).not.toEqual(write(scenario.release.manifest));
      const result = changeAsOutsider(scenario, place!, other)!;
      const after = result.attacked.steps[0]?.after;
      expect(after?.sequenceNumber).toBe(result.control.steps[0]?.after?.sequenceNumber);
      expect(after?.contents).toEqual(result.control.steps[0]?.after?.contents);
    }
  });

  it('that changes nothing is none', () => {
    const [place] = surePlaces(scenarios[0]!, (p) => p.name === 'manifest.2');
    expect(changeAsOutsider(scenarios[0]!, place!, (item) => item)).toBeUndefined();
  });
});
