import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../cbor/hex.ts';
import { bstr, type Item, int, map } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { Feature } from '../scenarios/features.ts';
import { arbitraryPlan } from '../scenarios/plan-arbitrary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { type EnvelopeParts, partsOf } from '../suit/parts.ts';
import type { Attacked } from './attack.ts';
import { algorithmOf, alterBlocks, alterWholeBlocks, remakeBlocks, withField } from './cose-change.ts';

function scenarioWith(
  features: readonly Feature[],
  isWanted: (one: Scenario) => boolean = () => true,
): Scenario {
  const plans = fc.sample(arbitraryPlan({ features }), { numRuns: 40, seed: 3 });
  const found = plans.map(buildScenario).find(isWanted);
  if (found === undefined) throw new Error('no such scenario');
  return found;
}

const together = scenarioWith(
  ['sign', 'both-sign'],
  ({ signers, release }) => signers.length > release.blocks.length,
);
const mac = scenarioWith(['mac']);
const single = scenarioWith(['sign1']);

function blocksIn(attacked: Attacked | undefined): EnvelopeParts['blocks'] {
  const read = partsOf(attacked?.attacked.steps[0]?.delivery.envelope ?? new Uint8Array(0));
  if (!read.ok) throw new Error(read.problem.message);
  return read.parts.blocks;
}

function itemsOf(item: Item | undefined): readonly Item[] {
  if (item?.kind === 'tag') return itemsOf(item.item);
  return item?.kind === 'array' ? item.items : [];
}

const bytes = (item: Item | undefined) => toHex(write(item ?? int(0)));
const junk = bstr(Uint8Array.of(1, 2, 3));

describe('alterBlocks', () => {
  it('changes each signature of a COSE_Sign, and leaves its body', () => {
    const seen: (readonly [number, number | undefined])[] = [];
    const changed = alterBlocks(together, (block, fields, i) => {
      seen.push([i, algorithmOf(fields)]);
      return withField(withField(block, 3, junk), 1, map([int(9), int(i)]));
    });
    expect(seen).toEqual(together.signers.map(({ algorithm }, i) => [i, algorithm]));
    const [before, after] = [itemsOf(together.release.blocks[0]), itemsOf(blocksIn(changed)[0])];
    expect(after.slice(0, 3).map(bytes)).toEqual(before.slice(0, 3).map(bytes));
    for (const [i, signature] of itemsOf(after[3]).entries()) {
      const [header, unprotected, last] = itemsOf(signature);
      expect(bytes(header)).toBe(bytes(itemsOf(itemsOf(before[3])[i])[0]));
      expect([bytes(unprotected), bytes(last)]).toEqual([`a1090${i}`, '43010203']);
    }
  });

  it('changes the payload of a COSE_Sign in its body', () => {
    const changed = alterBlocks(together, (block) => withField(block, 2, junk));
    expect(bytes(itemsOf(blocksIn(changed)[0])[2])).toBe('43010203');
  });

  it('changes the MAC of a COSE_Mac, and leaves its recipients', () => {
    const changed = alterBlocks(mac, (block) => withField(block, 3, junk));
    const [before, after] = [itemsOf(mac.release.blocks[0]), itemsOf(blocksIn(changed)[0])];
    expect(bytes(after[3])).toBe('43010203');
    expect(after.with(3, int(0)).map(bytes)).toEqual(before.with(3, int(0)).map(bytes));
  });

  it('has no meaning where one cannot be changed, or what comes back is no such structure', () => {
    for (const scenario of [together, mac, single]) {
      expect(alterBlocks(scenario, () => undefined)).toBeUndefined();
      const withText = {
        ...scenario,
        release: { ...scenario.release, blocks: [...scenario.release.blocks, int(1)] },
      };
      expect(alterBlocks(withText, (block) => block)).toBeUndefined();
    }
    expect(alterBlocks(together, (_, { list }) => list.items[0])).toBeUndefined();
    expect(alterBlocks(mac, () => int(1))).toBeUndefined();
    expect(
      alterBlocks({ ...mac, release: { ...mac.release, blocks: [] } }, (block) => block),
    ).toBeUndefined();
  });
});

describe('whole blocks', () => {
  it('are changed, or made anew in the signers’ structures', () => {
    const untagged = alterWholeBlocks(mac, (block) => (block.kind === 'tag' ? block.item : undefined));
    expect(blocksIn(untagged).map(({ kind }) => kind)).toContain('array');
    expect(alterWholeBlocks(mac, () => undefined)).toBeUndefined();
    const again = remakeBlocks(together, together.signers, () => ({}));
    expect(blocksIn(again).map(bytes)).toEqual(together.release.blocks.map(bytes));
    expect(remakeBlocks(together, together.signers, () => undefined)).toBeUndefined();
    expect(remakeBlocks(together, [], () => ({}))).toBeUndefined();
  });
});
