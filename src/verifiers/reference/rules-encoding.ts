/**
 * Rules for what bytes and items must look like before anything is made of them
 * (RFC 8949 §5, draft-ietf-suit-manifest-37 §8.1).
 *
 * @module
 */
import { type CborMap, type Entry, type Item, valueAt } from '../../cbor/item.ts';
import { write } from '../../cbor/write.ts';
import type { Reason } from '../../suit/stage.ts';

/** True, or why not. */
export type Ok = true | Reason;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const encodingRules = {
  /** RFC 8949 §3.1: an integer is major type 0 or 1; a float, a bignum or a text of digits is none. */
  integer(item: Item): bigint | undefined {
    return item.kind === 'uint' || item.kind === 'nint' ? item.value : undefined;
  },

  /** RFC 8949 §5.6: the entry under an integer key; `use` says who asks, which must make no difference. */
  member(map: CborMap, key: number, _use: 'verify' | 'execute'): Item | undefined {
    return valueAt(map, key);
  },

  /** RFC 8610 §3.8.4: a byte string of embedded CBOR holds one item, and a delivery one envelope. */
  atEnd(rest: number): Ok {
    return rest === 0 ? true : 'trailing-data';
  },

  /** RFC 8949 §5.6: no key twice, whatever heads it is written with. */
  uniqueKeys(map: CborMap): Ok {
    // In strict order, as they nearly always are, none stands twice.
    if (areAscending(map)) return true;
    const keys = map.entries.map(([key]) => keyText(key));
    return new Set(keys).size === keys.length ? true : 'cbor-invalid';
  },

  /** Draft §8.1: keys in the bytewise order of their encodings (RFC 8949 §4.2.1). */
  keyOrder(map: CborMap): Ok {
    if (areAscending(map)) return true;
    let before = '';
    for (const [key] of map.entries) {
      const text = keyText(key);
      if (text < before) return 'non-deterministic';
      before = text;
    }
    return true;
  },

  /** RFC 8949 §5.3.1: a text string is valid UTF-8. */
  text(bytes: Uint8Array): { readonly text: string } | Reason {
    try {
      return { text: strictUtf8.decode(bytes) };
    } catch {
      return 'cbor-invalid';
    }
  },
};

/** Is each key behind the one before it, in the order of `keyText`? */
function areAscending({ entries }: CborMap): boolean {
  for (let i = 1; i < entries.length; i++) {
    const [before, key] = [(entries[i - 1] as Entry)[0], (entries[i] as Entry)[0]];
    // The longer of two unsigned integers is the larger one.
    const isBehind =
      before.kind === 'uint' && key.kind === 'uint'
        ? before.value < key.value
        : keyText(before) < keyText(key);
    if (!isBehind) return false;
  }
  return true;
}

/** The key's preferred encoding, one character a byte, so that JavaScript compares it bytewise. */
export function keyText(key: Item): string {
  if (key.kind === 'uint' && key.value < 24) return String.fromCharCode(Number(key.value));
  return Buffer.from(write(preferred(key))).toString('latin1');
}

/** The same item in its shortest form (RFC 8949 §4.1). */
export function preferred(item: Item): Item {
  switch (item.kind) {
    case 'uint':
    case 'nint':
      return { kind: item.kind, value: item.value };
    case 'bstr':
    case 'tstr':
      return { kind: item.kind, bytes: item.bytes };
    case 'array':
      return { kind: 'array', items: item.items.map(preferred) };
    case 'map':
      return { kind: 'map', entries: item.entries.map(([k, v]) => [preferred(k), preferred(v)]) };
    case 'tag':
      return { kind: 'tag', tag: item.tag, item: preferred(item.item) };
    default:
      return item;
  }
}
