/**
 * An envelope as one tree in which every byte string that holds CBOR is opened, and the places in it that an
 * attack can change.
 *
 * @module
 */
import { concat } from '../cbor/hex.ts';
import { type Entry, type Item, wrapped } from '../cbor/item.ts';
import { readItem } from '../cbor/read.ts';
import { contentOf, write } from '../cbor/write.ts';
import type { Part, Reading, Shape } from './encoding-shape.ts';

/** Steps from the root: an array's element, a map's key (2i) or value (2i + 1), a tag's item or a string's (0). */
export type Path = readonly number[];

export interface Place {
  readonly path: Path;
  readonly item: Item;
  /** What it is, by the grammar's name. */
  readonly name: string;
  readonly reads: Reading;
  readonly part: Part;
  readonly isKey: boolean;
  /** Of a key: the one after it in its map; absent: it is the last, or no key. */
  readonly nextKey?: Item;
}

/** The item with its byte strings opened where the grammar says that they hold CBOR, and do. */
export function open(item: Item, shape: Shape): Item {
  switch (item.kind) {
    case 'tag':
      return shape.tagged ? { ...item, item: open(item.item, shape.tagged) } : item;
    case 'array': {
      const element = shape.element;
      return element ? { ...item, items: item.items.map((e, i) => open(e, element(i, item.items))) } : item;
    }
    case 'map': {
      const member = shape.member;
      if (member === undefined) return item;
      return {
        ...item,
        entries: item.entries.map((entry): Entry => [entry[0], open(entry[1], member(entry))]),
      };
    }
    case 'wrapped': {
      const content = shape.content;
      return content ? { ...item, items: item.items.map((inner) => open(inner, content)) } : item;
    }
    case 'bstr': {
      if (shape.content === undefined || item.chunks !== undefined) return item;
      const inner = readItem(item.bytes);
      if (!inner.ok) return item;
      const opened = wrapped(open(inner.item, shape.content));
      return item.width === undefined ? opened : { ...opened, width: item.width };
    }
    default:
      return item;
  }
}

/** Every place of an opened tree, parents before children. */
export function placesOf(root: Item, shape: Shape): readonly Place[] {
  const places: Place[] = [];
  collect(root, shape, { path: [], reads: 'authenticated', part: 'frame', isKey: false }, places);
  return places;
}

type Where = Pick<Place, 'path' | 'reads' | 'part' | 'isKey' | 'nextKey'>;

function collect(item: Item, shape: Shape, where: Where, places: Place[]): void {
  const reads = deeper(where.reads, shape.reads);
  const part = shape.part ?? where.part;
  places.push({ ...where, item, name: shape.name, reads, part });

  const below = (step: number, child: Item, childShape: Shape, more: Partial<Where> = {}) =>
    collect(child, childShape, { path: [...where.path, step], reads, part, isKey: false, ...more }, places);
  if (item.kind === 'tag' && shape.tagged) below(0, item.item, shape.tagged);
  if (item.kind === 'array') {
    item.items.forEach((child, i) => {
      below(i, child, shape.element?.(i, item.items) ?? { name: `${shape.name}.item` });
    });
  }
  if (item.kind === 'map') {
    item.entries.forEach((entry, i) => {
      const nextKey = item.entries[i + 1]?.[0];
      below(2 * i, entry[0], { name: `${shape.name}.key` }, { isKey: true, ...(nextKey && { nextKey }) });
      below(2 * i + 1, entry[1], shape.member?.(entry) ?? { name: `${shape.name}.value` });
    });
  }
  if (item.kind === 'wrapped') {
    item.items.forEach((child, i) => {
      below(i, child, shape.content ?? { name: `${shape.name}.content` });
    });
  }
}

/** Nothing inside what is read only perhaps, or never, is read for sure. */
function deeper(outer: Reading, inner: Reading | undefined): Reading {
  return outer === 'maybe' || outer === 'never' ? outer : (inner ?? outer);
}

export function itemAt(root: Item, path: Path): Item {
  return path.reduce((item, step) => childAt(item, step), root);
}

function childAt(item: Item, step: number): Item {
  if (item.kind === 'tag') return item.item;
  if (item.kind === 'array' || item.kind === 'wrapped') return item.items[step] as Item;
  if (item.kind !== 'map') return item;
  const entry = item.entries[step >> 1] as Entry;
  return step % 2 === 0 ? entry[0] : entry[1];
}

export function replaceAt(root: Item, path: Path, change: (item: Item) => Item): Item {
  const [step, ...rest] = path;
  if (step === undefined) return change(root);
  const next = (child: Item) => replaceAt(child, rest, change);
  switch (root.kind) {
    case 'tag':
      return { ...root, item: next(root.item) };
    case 'array':
    case 'wrapped':
      return { ...root, items: root.items.map((child, i) => (i === step ? next(child) : child)) };
    case 'map':
      return {
        ...root,
        entries: root.entries.map(([key, value], i): Entry => {
          if (i !== step >> 1) return [key, value];
          return step % 2 === 0 ? [next(key), value] : [key, next(value)];
        }),
      };
    default:
      return root;
  }
}

/** How many bytes follow the item before the byte string around it, or the whole input, ends. */
export function bytesAfter(root: Item, path: Path): number {
  let item = root;
  let bytes = 0;
  for (const step of path) {
    if (item.kind === 'wrapped') bytes = after(item.items, step);
    if (item.kind === 'array') bytes += after(item.items, step);
    if (item.kind === 'map') bytes += after(item.entries.flat(), step);
    item = childAt(item, step);
  }
  return bytes;
}

function after(items: readonly Item[], step: number): number {
  return concat(...items.slice(step + 1).map(write)).length;
}

/** The bytes inside a byte string of either kind. */
export function stringBytes(item: Item): Uint8Array | undefined {
  if (item.kind === 'wrapped') return contentOf(item);
  return item.kind === 'bstr' || item.kind === 'tstr' ? item.bytes : undefined;
}
