import { array, type CborMap, type Item, type List, map, valueAt } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { type BlockOptions, coseTags, headerLabels, makeBlocks, type Signer } from '../cose/blocks.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { signedBytes } from '../suit/parts.ts';
import type { Attacked } from './attack.ts';
import { alter, type DeliverOptions } from './deliver.ts';

/** What a signature or MAC stands in: the four elements that COSE_Sign1 and COSE_Mac0 have. */
export interface BlockFields {
  /** Number of the block's tag; undefined: none. */
  readonly tag: bigint | undefined;
  readonly list: List;
  readonly header: CborMap;
  readonly unprotected: CborMap;
  readonly payload: Item;
  /** Signature or authentication tag. */
  readonly signature: Uint8Array;
}

/** A place in a block where its signature or MAC can be changed, and the block with it changed. */
interface Place {
  /** The four elements, as the block has them or as a COSE_Sign1 of this signature would. */
  readonly four: Item;
  readonly fields: BlockFields;
  into(block: Item, four: Item): Item | undefined;
}

/** COSE_Sign has a place for each signature; the recipients of a COSE_Mac stay as they are. */
function placesOf(block: Item): readonly Place[] {
  const list = block.kind === 'tag' ? block.item : block;
  const number = block.kind === 'tag' ? block.tag : undefined;
  if (list.kind !== 'array') return [];
  if (number === BigInt(coseTags.sign)) return signaturePlaces(list, number);
  const isMac = number === BigInt(coseTags.mac);
  const known = [undefined, BigInt(coseTags.sign1), BigInt(coseTags.mac0)];
  if (!isMac && (!known.includes(number) || list.items.length !== 4)) return [];
  const four = isMac ? array(...list.items.slice(0, 4)) : block;
  const fields = fieldsOf(isMac ? array(...list.items.slice(0, 4)) : list, number, list);
  const into = (whole: Item, changed: Item): Item | undefined =>
    isMac ? withItems(whole, (items) => [...itemsOf(changed), ...items.slice(4)]) : changed;
  return fields ? [{ four, fields, into }] : [];
}

function signaturePlaces(list: List, number: bigint): readonly Place[] {
  const signatures = list.items[3];
  if (signatures?.kind !== 'array') return [];
  return signatures.items.flatMap((signature, i): Place[] => {
    const [header, unprotected, bytes] = itemsOf(signature);
    if (!header || !unprotected || !bytes || !list.items[2]) return [];
    const four = array(header, unprotected, list.items[2], bytes);
    const fields = fieldsOf(four, number, list);
    const into = (block: Item, changed: Item): Item | undefined => {
      const [first, second, payload, last] = itemsOf(changed);
      if (!first || !second || !payload || !last) return undefined;
      return withItems(block, ([body, headers, _payload, all]) => {
        const others = itemsOf(all as Item).with(i, array(first, second, last));
        return [body as Item, headers as Item, payload, array(...others)];
      });
    };
    return fields ? [{ four, fields, into }] : [];
  });
}

function itemsOf(item: Item): readonly Item[] {
  return item.kind === 'array' ? item.items : [];
}

function withItems(block: Item, change: (items: readonly Item[]) => readonly Item[]): Item | undefined {
  if (block.kind === 'tag') {
    const item = withItems(block.item, change);
    return item && { ...block, item };
  }
  const items = block.kind === 'array' ? change(block.items) : [];
  return block.kind === 'array' && items.length > 3 ? { ...block, items } : undefined;
}

function fieldsOf(four: List, tag: bigint | undefined, list: List): BlockFields | undefined {
  const [first, unprotected, payload, last] = four.items;
  const header = first && headerOf(first);
  if (header === undefined || unprotected?.kind !== 'map' || payload === undefined || last?.kind !== 'bstr')
    return undefined;
  return { tag, list, header, unprotected, payload, signature: last.bytes };
}

function headerOf(item: Item): CborMap | undefined {
  if (item.kind === 'wrapped') return item.items[0]?.kind === 'map' ? item.items[0] : undefined;
  if (item.kind !== 'bstr') return undefined;
  if (item.bytes.length === 0) return map();
  const read = readItem(item.bytes);
  return read.ok && read.item.kind === 'map' ? read.item : undefined;
}

/** The algorithm of the block's protected header. */
export function algorithmOf(fields: BlockFields): number | undefined {
  const alg = valueAt(fields.header, headerLabels.alg);
  return alg?.kind === 'uint' || alg?.kind === 'nint' ? Number(alg.value) : undefined;
}

/** The block with the field at this place (0 to 3) replaced, and nothing signed anew. */
export function withField(block: Item, at: 0 | 1 | 2 | 3, field: Item): Item {
  if (block.kind === 'tag') return { ...block, item: withField(block.item, at, field) };
  return block.kind === 'array' ? { ...block, items: block.items.with(at, field) } : block;
}

/**
 * Changes every signature and MAC, so that no good one is left beside; undefined where one of them cannot be changed
 * so. `index` counts them, in the signers' order; what the change gives replaces the four elements it was given.
 */
export function alterBlocks(
  scenario: Scenario,
  change: (block: Item, fields: BlockFields, index: number) => Item | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  return alter(
    scenario,
    (parts) => {
      let index = 0;
      const blocks: Item[] = [];
      for (const block of parts.blocks) {
        const places = placesOf(block);
        if (places.length === 0) return undefined;
        let changed: Item | undefined = block;
        for (const { four, fields, into } of places) {
          const next = change(four, fields, index++);
          changed = changed && next && into(changed, next);
        }
        if (changed === undefined) return undefined;
        blocks.push(changed);
      }
      return blocks.length === 0 ? undefined : { ...parts, blocks };
    },
    options,
  );
}

/** Changes every block as a whole; undefined where one of them cannot be changed so. */
export function alterWholeBlocks(
  scenario: Scenario,
  change: (block: Item) => Item | undefined,
): Attacked | undefined {
  return alter(scenario, (parts) => {
    const blocks = parts.blocks.flatMap((block) => change(block) ?? []);
    return blocks.length === 0 || blocks.length < parts.blocks.length ? undefined : { ...parts, blocks };
  });
}

/** Makes every block anew over the digest as it stands: by these signers, with these departures. */
export function remakeBlocks(
  scenario: Scenario,
  signers: readonly Signer[],
  departures: (signer: Signer) => BlockOptions | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  if (signers.length === 0 || signers.some((signer) => departures(signer) === undefined)) return undefined;
  const made = makeBlocks(signers, signedBytes(scenario.release), (signer) => departures(signer) ?? {});
  return alter(scenario, (parts) => ({ ...parts, blocks: made }), options);
}
