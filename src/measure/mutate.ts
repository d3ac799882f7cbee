/**
 * Changes to an envelope's items that may make it cost more: repeat, nest, stretch, insert, drop, fill.
 *
 * @module
 */
import { bool, bstr, type CborMap, type Entry, type Item, int, tstr, wrapped } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { readSequence } from '../cbor/read.ts';
import { write } from '../cbor/write.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import { type Draw, drawFrom } from './draws.ts';

export const mutations = ['repeat', 'nest', 'stretch', 'insert', 'drop', 'fill'] as const;

export type Mutation = (typeof mutations)[number];

/** The items with every byte string that holds containers opened, so that what is inside can be changed too. */
export function opened(item: Item, depth = 0): Item {
  switch (item.kind) {
    case 'bstr': {
      const inside = depth < deepest && item.bytes.length > 0 ? readSequence(item.bytes) : undefined;
      if (!inside?.ok || inside.items.length !== 1 || !isContainer(inside.items[0])) return item;
      return wrapped(...inside.items.map((one) => opened(one, depth + 1)));
    }
    case 'array':
    case 'wrapped':
      return { ...item, items: item.items.map((one) => opened(one, depth + 1)) };
    case 'map':
      return { ...item, entries: item.entries.map(([key, value]): Entry => [key, opened(value, depth + 1)]) };
    case 'tag':
      return { ...item, item: opened(item.item, depth + 1) };
    default:
      return item;
  }
}

const deepest = 24;

/** One change somewhere inside; `room` is how many bytes may be added. Undefined: nothing of the kind is possible there. */
export function mutate(root: Item, kind: Mutation, room: number, draw: Draw): Item | undefined {
  const target = { left: draw(containersIn(root)) };
  let isDone = false;
  const changed = changeContainer(root, target, (container) => {
    const made = changeOne(container, kind, room, draw);
    isDone = made !== undefined;
    return made ?? container;
  });
  return isDone ? changed : undefined;
}

function isContainer(item: Item | undefined): boolean {
  return item !== undefined && (item.kind === 'array' || item.kind === 'map' || item.kind === 'tag');
}

function childrenOf(item: Item): readonly Item[] {
  switch (item.kind) {
    case 'array':
    case 'wrapped':
      return item.items;
    case 'map':
      return item.entries.map(([, value]) => value);
    case 'tag':
      return [item.item];
    default:
      return [];
  }
}

function isChangeable(item: Item): item is Extract<Item, { kind: 'array' | 'map' }> {
  return item.kind === 'array' || item.kind === 'map';
}

function containersIn(item: Item): number {
  return childrenOf(item).reduce((sum, child) => sum + containersIn(child), isChangeable(item) ? 1 : 0);
}

/** Changes the container that is `left` of others away, in the order of their first bytes. */
function changeContainer(
  item: Item,
  target: { left: number },
  change: (container: Extract<Item, { kind: 'array' | 'map' }>) => Item,
): Item {
  if (isChangeable(item) && target.left-- === 0) return change(item);
  const into = (child: Item): Item => (target.left < 0 ? child : changeContainer(child, target, change));
  switch (item.kind) {
    case 'array':
    case 'wrapped':
      return { ...item, items: item.items.map(into) };
    case 'map':
      return { ...item, entries: item.entries.map(([key, value]): Entry => [key, into(value)]) };
    case 'tag':
      return { ...item, item: into(item.item) };
    default:
      return item;
  }
}

function changeOne(
  container: Extract<Item, { kind: 'array' | 'map' }>,
  kind: Mutation,
  room: number,
  draw: Draw,
): Item | undefined {
  return container.kind === 'array'
    ? changeList(container.items, kind, room, draw)
    : changeMap(container, kind, room, draw);
}

/** Commands come in pairs, so pairs are what is repeated and inserted. */
function changeList(items: readonly Item[], kind: Mutation, room: number, draw: Draw): Item | undefined {
  const at = draw(Math.ceil(items.length / 2)) * 2;
  const chunk = items.slice(at, at + drawFrom(draw, [2, 1, 4]));
  const with_ = (inserted: readonly Item[], removed = 0): Item => ({
    kind: 'array',
    items: [...items.slice(0, at), ...inserted, ...items.slice(at + removed)],
  });
  switch (kind) {
    case 'repeat':
      return chunk.length === 0 ? undefined : with_(repeated(chunk, room, draw).flat());
    case 'insert':
      return with_(drawFrom(draw, bricks)(items));
    case 'nest': {
      if (items.length === 0) return undefined;
      const times = drawFrom(draw, [1, 2, 4, 8, 15]);
      return drawFrom(draw, [runInside, runAllInside, arrayInside])(items, times);
    }
    case 'stretch':
      return with_(
        chunk.map((one) => stretched(one, room, draw)),
        chunk.length,
      );
    case 'drop':
      return chunk.length === 0 ? undefined : with_([], chunk.length);
    case 'fill':
      return with_([filling(room, draw)]);
  }
}

function changeMap(container: CborMap, kind: Mutation, room: number, draw: Draw): Item | undefined {
  const { entries } = container;
  const at = draw(entries.length);
  // Something to repeat, where there is nothing.
  const entry = entries[at] ?? plainEntry;
  if (entries.length === 0 && kind !== 'repeat' && kind !== 'insert') return undefined;
  switch (kind) {
    case 'repeat': {
      const copies = repeated([entry], room, draw, 4);
      const added = copies.map(
        ([[key, value] = entry], i): Entry => [renamed(key, i, entries.length), value],
      );
      return unique([...entries, ...added]);
    }
    case 'stretch':
      return unique(
        entries.with(
          at,
          draw(2) === 0
            ? [stretched(entry[0], room, draw), entry[1]]
            : [entry[0], stretched(entry[1], room, draw)],
        ),
      );
    case 'drop':
      return { kind: 'map', entries: entries.toSpliced(at, 1) };
    case 'nest': {
      let inner: Item = entry[1];
      for (let i = drawFrom(draw, [1, 4, 16, 60]); i > 0; i--) inner = { kind: 'array', items: [inner] };
      return { kind: 'map', entries: entries.with(at, [entry[0], inner]) };
    }
    case 'insert':
      return unique([...entries, plainEntry]);
    case 'fill':
      return unique([...entries, [tstr('f'), filling(room, draw)]]);
  }
}

/** As many of the smallest items as there is room for, the heads around them apart. */
function filling(room: number, draw: Draw): Item {
  const smallest = drawFrom(draw, [bstr(new Uint8Array(0)), int(0), sequence([]), noEntries]);
  return sequence(Array.from({ length: Math.max(0, room - headsAround) }, () => smallest));
}

const headsAround = 12;

const noEntries: Item = { kind: 'map', entries: [] };
const plainEntry: Entry = [tstr('a'), bstr(new Uint8Array(0))];

/** In canonical order, the first of several of the same key. */
function unique(entries: readonly Entry[]): Item {
  const seen = new Set<string>();
  const kept = entries.filter(([key]) => {
    const text = Buffer.from(write(key)).toString('latin1');
    return !seen.has(text) && seen.add(text);
  });
  return sortEntries({ kind: 'map', entries: kept });
}

/** Copies of the chunk: one, some, or as many as there is room for. */
function repeated<T extends Item | Entry>(
  chunk: readonly T[],
  room: number,
  draw: Draw,
  more = 0,
): readonly (readonly T[])[] {
  const size = chunk.flat().reduce((sum, one) => sum + write(one as Item).length, more);
  const most = Math.max(1, Math.floor(room / Math.max(1, size)));
  const count = Math.max(1, Math.floor(most / drawFrom(draw, [1, 2, 8, most])));
  return Array.from({ length: count }, () => chunk);
}

/** A key like this one that is not there yet. */
function renamed(key: Item, i: number, above: number): Item {
  switch (key.kind) {
    case 'uint':
    case 'nint':
      return int(key.value < 0n ? key.value - BigInt(i + 1) : key.value + BigInt(above + i + 1));
    case 'tstr':
      return tstr(`${new TextDecoder().decode(key.bytes)}${i.toString(36)}`);
    default:
      return tstr(i.toString(36));
  }
}

/** A string with its last byte repeated, as often as there is room for or less, and at times an end that fits nothing. */
function stretched(item: Item, room: number, draw: Draw): Item {
  if (item.kind !== 'bstr' && item.kind !== 'tstr') return item;
  const added = Math.max(0, Math.floor(room / drawFrom(draw, [1, 2, 8, 32])));
  const bytes = new Uint8Array(item.bytes.length + added).fill(item.bytes.at(-1) ?? 0x61);
  bytes.set(item.bytes);
  if (draw(2) === 0) bytes.fill(strange, -1);
  return { kind: item.kind, bytes };
}

/** An exclamation mark: in no identifier, tag or scheme. */
const strange = 0x21;

type Wrap = (items: readonly Item[], times: number) => Item;

const sequence = (items: readonly Item[]): Item => ({ kind: 'array', items });

const runInside: Wrap = (items, times) => {
  let inner = sequence(items);
  for (let i = 0; i < times; i++) inner = sequence([int(code.runSequence), wrapped(inner)]);
  return inner;
};

/** Each level runs the next for every component. */
const runAllInside: Wrap = (items, times) => {
  let inner = sequence(items);
  for (let i = 0; i < times; i++)
    inner = sequence([int(code.setComponentIndex), bool(true), int(code.runSequence), wrapped(inner)]);
  return inner;
};

const arrayInside: Wrap = (items, times) => {
  let inner = sequence(items);
  for (let i = 0; i < times; i++) inner = sequence([inner]);
  return inner;
};

const allPolicies = 15;

type Brick = (items: readonly Item[]) => readonly Item[];

/** Commands to put into a sequence. */
const bricks: readonly [Brick, ...Brick[]] = [
  () => [int(code.setComponentIndex), bool(true)],
  () => [int(code.imageMatch), int(allPolicies)],
  () => [int(code.vendorIdentifier), int(allPolicies)],
  (items) => [int(code.runSequence), wrapped(sequence(items))],
  (items) => [int(code.setComponentIndex), bool(true), int(code.runSequence), wrapped(sequence(items))],
  (items) => [
    int(code.tryEach),
    {
      kind: 'array',
      items: [wrapped(sequence([int(code.abort), int(allPolicies)])), wrapped(sequence(items))],
    },
  ],
  () => [int(code.overrideParameters), { kind: 'map', entries: [[int(parameterKey.uri), tstr('a')]] }],
];
