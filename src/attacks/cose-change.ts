import { bstr, type CborMap, type Item, int, type List, map, valueAt } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { type BlockOptions, headerLabels, makeBlock, type Signer } from '../cose/blocks.ts';
import type { CoseKey } from '../cose/key.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { signedBytes } from '../suit/parts.ts';
import type { Attacked } from './attack.ts';
import { alter, type DeliverOptions } from './deliver.ts';

/** What a COSE_Sign1 or COSE_Mac0 consists of. */
export interface BlockFields {
  /** Number of its tag; undefined: none. */
  readonly tag: bigint | undefined;
  readonly list: List;
  readonly header: CborMap;
  readonly unprotected: CborMap;
  readonly payload: Item;
  /** Signature or authentication tag. */
  readonly signature: Uint8Array;
}

/** The block's fields; undefined where it is no COSE_Sign1 and no COSE_Mac0. */
export function fieldsOf(block: Item): BlockFields | undefined {
  const list = block.kind === 'tag' ? block.item : block;
  const number = block.kind === 'tag' ? block.tag : undefined;
  if (
    list.kind !== 'array' ||
    list.items.length !== 4 ||
    (number !== undefined && number !== 18n && number !== 17n)
  )
    return undefined;
  const [first, unprotected, payload, last] = list.items;
  const header = first && headerOf(first);
  if (header === undefined || unprotected?.kind !== 'map' || payload === undefined || last?.kind !== 'bstr')
    return undefined;
  return { tag: number, list, header, unprotected, payload, signature: last.bytes };
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

/** Changes every block, so that no good one is left beside; undefined where one of them cannot be changed so. */
export function alterBlocks(
  scenario: Scenario,
  change: (block: Item, fields: BlockFields, index: number) => Item | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  return alter(
    scenario,
    (parts) => {
      const blocks = parts.blocks.flatMap((block, i) => {
        const fields = fieldsOf(block);
        return (fields && change(block, fields, i)) ?? [];
      });
      return blocks.length === 0 || blocks.length < parts.blocks.length ? undefined : { ...parts, blocks };
    },
    options,
  );
}

/** Makes every block anew over the digest as it stands: by these signers, with these departures. */
export function makeBlocks(
  scenario: Scenario,
  signers: readonly Signer[],
  departures: (signer: Signer) => BlockOptions | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  const made = signers.flatMap((signer) => {
    const departure = departures(signer);
    return departure ? [makeBlock(signer, signedBytes(scenario.release), departure)] : [];
  });
  if (made.length === 0 || made.length < signers.length) return undefined;
  return alter(scenario, (parts) => ({ ...parts, blocks: made }), options);
}

/** COSE_Key of the public part (RFC 9052 §7, RFC 9053 §7). */
export function coseKeyItem(key: CoseKey): CborMap {
  if (key.kty === 'Symmetric') return map([int(1), int(4)]);
  if (key.kty === 'OKP') return map([int(1), int(1)], [int(-1), int(6)], [int(-2), bstr(key.x)]);
  if (key.kty === 'HSS-LMS') return map([int(1), int(5)], [int(-1), bstr(key.pub)]);
  const crv = { 'P-256': 1, 'P-384': 2, 'P-521': 3 }[key.crv];
  return map([int(1), int(2)], [int(-1), int(crv)], [int(-2), bstr(key.x)], [int(-3), bstr(key.y)]);
}
