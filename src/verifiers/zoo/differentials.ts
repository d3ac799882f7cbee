/**
 * Animals that read the same bytes as something else: the last of two items, nothing for null (RFC 8610 §3.8.4,
 * draft appendix A).
 *
 * @module
 */
import type { Entry, Item } from '../../cbor/item.ts';
import { readFirst } from '../../cbor/read.ts';
import type { Ports } from '../reference/ports.ts';
import { animal } from './animal.ts';
import { reading } from './forms.ts';

const lastItem: Ports['read'] = (bytes, offset) => {
  let last = readFirst(bytes, { offset });
  while (last.ok && last.end < bytes.length) {
    const { end } = last;
    const next = readFirst(bytes.subarray(end), { offset: offset + end });
    if (!next.ok) return next;
    last = { ...next, end: end + next.end };
  }
  return last;
};

/** Every unsigned integer in the item, byte strings left alone: they are read by themselves. */
function narrowed(item: Item): Item {
  switch (item.kind) {
    case 'uint':
      return { ...item, value: item.value & 0xffff_ffffn };
    case 'array':
      return { ...item, items: item.items.map(narrowed) };
    case 'map':
      return {
        ...item,
        entries: item.entries.map(([key, value]): Entry => [narrowed(key), narrowed(value)]),
      };
    default:
      return item;
  }
}

export const differentialAnimals = [
  animal(
    'Z360',
    'reads-the-last-of-two-items',
    'Where two items stand in a byte string, the second is the one that counts.',
    ['diff.second-item'],
    { ports: { read: lastItem } },
  ),
  animal(
    'Z441',
    'reads-integers-in-32-bits',
    'Of an integer only the lower 32 bits are read, wherever it stands.',
    ['diff.number', 'rollback.sequence.jump'],
    {
      ports: {
        read: reading(narrowed),
      },
    },
  ),
  animal('Z361', 'takes-null-for-absent', 'A member that is null is left out.', ['diff.null-absent'], {
    ports: {
      read: reading((item) =>
        item.kind === 'map'
          ? { ...item, entries: item.entries.filter(([, v]) => v.kind !== 'simple' || v.value !== 22) }
          : item,
      ),
    },
  }),
];
