/**
 * Attacks on a recipient's room and time by those who have no key that it trusts (draft §6.2, §7.5; RFC 9124 §4.2.7).
 *
 * Each envelope is at most about 200 KiB; a verifier may find one too large (`limit-*`), and must say so itself.
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Entry, type Item, map, nil, tag, tstr, wrapped } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { write } from '../cbor/write.ts';
import { coseTags } from '../cose/blocks.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { setMember } from '../suit/edit.ts';
import { type EnvelopeParts, seal } from '../suit/parts.ts';
import { envelopeKey } from '../suit/registry.ts';
import { type AnyAttack, type Attack, type Attacked, inDimension } from './attack.ts';
import { alter, deliverEnvelope } from './deliver.ts';
import { evilSequence } from './encoding-change.ts';
import { reframe } from './envelope-keys.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import { costlySignatures, forgedStorm } from './resource-forged.ts';
import { early, isResource, onPath } from './resource-row.ts';

type Nest = 'array' | 'map' | 'tag' | 'indefinite';
type NestPlace = 'delivery' | 'wrapper' | 'digest' | 'block' | 'member';

const nests: Readonly<Record<Nest, readonly number[]>> = {
  array: [0x81],
  map: [0xa1, 0x00],
  tag: [0xc1],
  indefinite: [0x9f],
};

/** So many openings, one in the other, around an integer. */
function nested(kind: Nest, depth: number): Uint8Array {
  const open = nests[kind];
  const closed = kind === 'indefinite' ? depth : 0;
  const bytes = new Uint8Array(open.length * depth + 1 + closed);
  for (let i = 0; i < depth; i++) bytes.set(open, i * open.length);
  return bytes.fill(0xff, bytes.length - closed);
}

/** Deep items where a stranger can put them. */
export const deepItems: Attack<{ depth: number; kind: Nest; place: NestPlace }> = {
  ...isResource,
  ...onPath,
  id: 'res.depth.cbor',
  handle: 'Q01',
  change: 'nested arrays, maps, tags before authentication',
  by: 'untrusted-key',
  violates: ['REQ.USE.PARSE'],
  expects: [mustReject(['limit-depth', ...early], manifest('6.2'), { lateDetection: true })],
  choice: fc.record({
    depth: fc.constantFrom(40, 200, 1000, 5000, 50_000),
    kind: fc.constantFrom<Nest>('array', 'map', 'tag', 'indefinite'),
    place: fc.constantFrom<NestPlace>('delivery', 'wrapper', 'digest', 'block', 'member'),
  }),

  apply(scenario, { depth, kind, place }) {
    const deep: Item = { kind: 'raw', bytes: nested(kind, depth) };
    if (scenario.strangers.length === 0) return undefined;
    if (place === 'delivery') return deliverEnvelope(scenario, write(deep));
    const forged = seal(scenario.release, scenario.strangers);
    return deliverEnvelope(
      scenario,
      reframe(forged, (envelope) => withDeep(envelope, forged, place, deep)),
    );
  },
};

function withDeep(
  envelope: ReturnType<typeof map>,
  { digest, blocks }: EnvelopeParts,
  place: Exclude<NestPlace, 'delivery'>,
  deep: Item,
): ReturnType<typeof map> {
  const strings = blocks.map((block) => wrapped(block));
  const wrappers = {
    wrapper: wrapped(deep),
    digest: wrapped(array(wrapped(deep), ...strings)),
    block: wrapped(array(wrapped(digest), wrapped(tag(coseTags.sign1, deep)))),
  };
  return place === 'member'
    ? setMember(envelope, 99, deep)
    : setMember(envelope, envelopeKey.authenticationWrapper, wrappers[place]);
}

const manyBlocks = eitherAnswer(['limit-count'], manifest('8.3'));

/** Thousands of blocks, signatures or recipients that are good for nothing, beside the good one. */
export const countBlocks: Attack<{ count: number; which: number; goodLast: boolean }> = {
  ...isResource,
  ...onPath,
  id: 'res.count.blocks',
  handle: 'Q05',
  change: 'thousands of auth blocks, signatures, recipients',
  by: 'outsider',
  violates: ['REQ.USE.PARSE'],
  expects: [manyBlocks],
  choice: fc.record({
    count: fc.constantFrom(100, 1000, 5000),
    which: fc.nat({ max: 2 }),
    goodLast: fc.boolean(),
  }),

  apply(scenario, { count, which, goodLast }) {
    const { blocks } = scenario.release;
    const lists = blocks.flatMap((block, i) => (listIn(block) === undefined ? [] : [i]));
    const at = [undefined, ...lists][which % (1 + lists.length)];
    const join = (good: readonly Item[], junk: readonly Item[]) =>
      goodLast ? [...junk, ...good] : [...good, ...junk];
    if (blocks.length === 0) return undefined;
    const made = alter(scenario, (parts) => ({
      ...parts,
      blocks:
        at === undefined
          ? join(
              parts.blocks,
              times(count, (i) => tag(coseTags.sign1, array(bstr(nothing), map(), nil, serial(i)))),
            )
          : parts.blocks.with(
              at,
              onList(parts.blocks[at] as Item, (good, element) => join(good, times(count, element))),
            ),
    }));
    return inDimension(
      made,
      `${at === undefined ? 'blocks' : 'inside a block'}, good one ${goodLast ? 'last' : 'first'}`,
    );
  },
};

const nothing = new Uint8Array(0);

function times<T>(count: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** A byte string of its own for each number. */
function serial(i: number): Item {
  return bstr(Uint8Array.of(i >> 8, i & 0xff));
}

/** Where a COSE_Sign has its signatures, and a COSE_Mac its recipients. */
function listIn(block: Item): number | undefined {
  if (block.kind !== 'tag' || block.item.kind !== 'array') return undefined;
  const at = block.tag === BigInt(coseTags.sign) ? 3 : block.tag === BigInt(coseTags.mac) ? 4 : undefined;
  return at !== undefined && block.item.items[at]?.kind === 'array' ? at : undefined;
}

function onList(
  block: Item,
  change: (good: readonly Item[], element: (i: number) => Item) => readonly Item[],
): Item {
  const at = listIn(block);
  if (at === undefined || block.kind !== 'tag' || block.item.kind !== 'array') return block;
  const list = block.item.items[at];
  const items =
    list?.kind === 'array' ? change(list.items, (i) => array(bstr(nothing), map(), serial(i))) : [];
  return { ...block, item: { ...block.item, items: block.item.items.with(at, array(...items)) } };
}

/** Thousands of payloads that nobody asks for. */
export const countPayloads: Attack<{ count: number; size: number; prefix: number }> = {
  ...isResource,
  ...onPath,
  id: 'res.count.payloads',
  handle: 'Q06',
  change: 'thousands of (unused) integrated payloads, common prefixes',
  by: 'outsider',
  violates: ['REQ.USE.PAYLOAD'],
  expects: [eitherAnswer(['limit-count'], manifest('7.5'))],
  choice: fc.record({
    count: fc.constantFrom(100, 1000, 4000),
    size: fc.nat({ max: 16 }),
    prefix: fc.nat({ max: 12 }),
  }),

  apply: (scenario, { count, size, prefix }) =>
    withPayloads(
      scenario,
      times(count, (i) => `#${'a'.repeat(prefix)}${i}`),
      new Uint8Array(size),
    ),
};

function withPayloads(
  scenario: Scenario,
  keys: readonly string[],
  content: Uint8Array,
  more: Parameters<typeof alter>[2] = {},
): Attacked | undefined {
  const added = keys.map((key): Entry => [tstr(key), bstr(content)]);
  return alter(
    scenario,
    (parts) => ({ ...parts, members: sortEntries(map(...parts.members, ...added)).entries }),
    more,
  );
}

const strange = { prohibits: [{ kind: 'other-state' }] } as const;
const objectKeys = mustAccept(manifest('7.5'), strange);
const collidingKeys = eitherAnswer(['limit-count'], manifest('7.5'), strange);

const prototypeKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', ''] as const;

/** Keys that mean something to a plain object, or that share one hash value in Java's string hash. */
export const prototypeKey: Attack<{ keys: 'prototype' | 'colliding'; which: number }> = {
  ...isResource,
  id: 'res.keys.proto',
  handle: 'Q14',
  change: 'payload keys "__proto__", "constructor" (MA); thousands that collide (PD); ⊘ any effect',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.USE.PARSE'],
  expects: [objectKeys, collidingKeys],
  choice: fc.record({
    keys: fc.constantFrom('prototype', 'colliding'),
    which: fc.nat({ max: prototypeKeys.length - 1 }),
  }),

  apply(scenario, { keys, which }) {
    const content = write(evilSequence());
    if (keys === 'prototype')
      return withPayloads(scenario, [prototypeKeys[which] ?? '__proto__'], content, { expect: objectKeys });
    // "Aa" and "BB" have the same hash, and so has every row of them.
    const bits = 9 + (which % 4);
    const colliding = times(2 ** bits, (i) => times(bits, (bit) => ((i >> bit) & 1 ? 'BB' : 'Aa')).join(''));
    return withPayloads(scenario, colliding, nothing, { expect: collidingKeys });
  },
};

export const unauthenticResourceAttacks: readonly AnyAttack[] = [
  deepItems,
  countBlocks,
  countPayloads,
  prototypeKey,
  costlySignatures,
  forgedStorm,
];
