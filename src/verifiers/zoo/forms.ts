/**
 * Animals that read more forms of an envelope than there are, or fewer (draft §8.1, appendix A; RFC 8949 §4.2, §5.3.1).
 *
 * @module
 */
import { type CborMap, type Entry, type Item, map, tag, valueAt } from '../../cbor/item.ts';
import { readFirst } from '../../cbor/read.ts';
import { write } from '../../cbor/write.ts';
import { authenticate } from '../reference/authenticate.ts';
import { bindManifest } from '../reference/digest.ts';
import { checkStructure } from '../reference/manifest.ts';
import type { Ports } from '../reference/ports.ts';
import { keyText } from '../reference/rules-encoding.ts';
import { animal } from './animal.ts';
import { replaceStep } from './steps.ts';

/** A reader that changes what it has read. */
export function reading(change: (item: Item) => Item): Ports['read'] {
  return (bytes, offset) => {
    const read = readFirst(bytes, { offset });
    return read.ok ? { ...read, item: change(read.item) } : read;
  };
}

function changeEnvelope(item: Item, change: (envelope: CborMap) => Item): Item {
  return item.kind === 'tag' && item.tag === 107n && item.item.kind === 'map'
    ? { ...item, item: change(item.item) }
    : item;
}

function mapEntries(envelope: CborMap, change: (entry: Entry) => readonly Entry[]): CborMap {
  return { ...envelope, entries: envelope.entries.flatMap(change) };
}

/** A byte string that was never in the delivery. */
function inString(item: Item): Item {
  return { kind: 'bstr', bytes: write(item) };
}

const coseTags: readonly bigint[] = [17n, 18n, 97n, 98n];
const isBlock = (item: Item): boolean => item.kind === 'tag' && coseTags.includes(item.tag);
const isDigest = (item: Item): boolean =>
  item.kind === 'array' && item.items[0]?.kind === 'nint' && item.items[1]?.kind === 'bstr';
/** A wrapped block, by the first byte of its tag. */
const isWrappedBlock = (item: Item): boolean =>
  item.kind === 'bstr' && (item.bytes[0] === 0xd1 || item.bytes[0] === 0xd2);

function wrapElements(item: Item): Item {
  if (item.kind !== 'array' || !item.items.some((one) => isBlock(one) || isDigest(one))) return item;
  const isWrapper = item.items.every((one) => one.kind === 'bstr' || isBlock(one) || isDigest(one));
  return isWrapper
    ? { ...item, items: item.items.map((one) => (one.kind === 'bstr' ? one : inString(one))) }
    : item;
}

function withoutTwins(item: Item): Item {
  if (item.kind !== 'array') return item;
  const texts = item.items.map(keyText);
  return {
    ...item,
    items: item.items.filter((one, i) => !isWrappedBlock(one) || texts.indexOf(texts[i] as string) === i),
  };
}

/** Without the tags that mean nothing here, at any depth. */
function withoutTags(item: Item): Item {
  switch (item.kind) {
    case 'tag':
      return isBlock(item) || item.tag === 112n || item.tag === 1070n ? item : withoutTags(item.item);
    case 'array':
      return { ...item, items: item.items.map(withoutTags) };
    case 'map':
      return mapEntries(item, ([key, value]) => [[withoutTags(key), withoutTags(value)]]);
    default:
      return item;
  }
}

function tagged(item: Item): Item {
  const bare = withoutTags(item);
  const isEnvelope = bare.kind === 'map' && valueAt(bare, 2)?.kind === 'bstr';
  return isEnvelope ? tag(107, bare) : bare;
}

export const formAnimals = [
  animal(
    'Z301',
    'takes-keys-in-any-order',
    'Nothing asks for the canonical order of keys.',
    ['enc.map.order', 'env.order'],
    { rules: { keyOrder: () => true } },
  ),
  animal(
    'Z302',
    'orders-keys-by-length-first',
    'The order wanted is that of RFC 7049: shorter keys first.',
    ['enc.map.order.rule'],
    {
      rules: {
        keyOrder: (of) => {
          const keys = of.entries.map(([key]) => keyText(key));
          const isBefore = (a: string, b: string) => a.length < b.length || (a.length === b.length && a <= b);
          return keys.every((key, i) => i === 0 || isBefore(keys[i - 1] as string, key))
            ? true
            : 'non-deterministic';
        },
      },
    },
  ),
  animal(
    'Z303',
    'replaces-bad-utf8',
    'What is not UTF-8 is read with replacement characters.',
    ['enc.text.utf8'],
    {
      rules: { text: (bytes) => ({ text: Buffer.from(bytes).toString() }) },
    },
  ),
  animal(
    'Z304',
    'ignores-members-of-another-type',
    'A member of the manifest of the wrong type is passed over.',
    ['enc.type.swap', 'diff.null-absent'],
    {
      steps: (steps) =>
        replaceStep(steps, checkStructure, (work) => {
          const problem = checkStructure(work);
          return problem?.reason === 'type-mismatch' ? undefined : problem;
        }),
    },
  ),
  animal(
    'Z305',
    'strips-tags',
    'Tags that it does not know are taken away.',
    ['env.tag.wrong', 'enc.tag.extra'],
    {
      ports: { read: reading(tagged) },
    },
  ),
  animal(
    'Z306',
    'takes-a-bare-manifest',
    'A manifest that is no byte string is encoded into one, and so its digest fits.',
    ['env.manifest.shape'],
    {
      ports: {
        read: reading((item) =>
          changeEnvelope(item, (envelope) =>
            mapEntries(envelope, ([key, value]) => [[key, value.kind === 'map' ? inString(value) : value]]),
          ),
        ),
      },
    },
  ),
  animal(
    'Z307',
    'runs-manifests-without-envelope',
    'A manifest by itself is taken for one that need not be signed.',
    ['env.bare-manifest'],
    {
      ports: {
        read: reading((item) =>
          item.kind === 'tag' && item.tag === 1070n
            ? tag(107, map([{ kind: 'uint', value: 3n }, inString(item.item)]))
            : item,
        ),
      },
      steps: (steps) =>
        [authenticate, bindManifest].reduce(
          (list, run) =>
            replaceStep(list, run, (work) => (valueAt(work.envelope, 2) ? run(work) : undefined)),
          steps,
        ),
    },
  ),
  animal(
    'Z308',
    'passes-over-payloads-that-are-none',
    'An integrated payload that is no byte string is left out.',
    ['env.payload.nonbstr'],
    {
      ports: {
        read: reading((item) =>
          changeEnvelope(item, (envelope) =>
            mapEntries(envelope, (entry) =>
              entry[0].kind === 'tstr' && entry[1].kind !== 'bstr' ? [] : [entry],
            ),
          ),
        ),
      },
    },
  ),
  animal(
    'Z309',
    'takes-elements-without-wrapping',
    'The elements of the authentication wrapper need not be wrapped in byte strings.',
    ['env.auth.shape'],
    { ports: { read: reading(wrapElements) } },
  ),
  animal(
    'Z310',
    'takes-a-block-twice',
    'The same authentication block may stand twice.',
    ['env.auth.dup-block'],
    {
      ports: { read: reading(withoutTwins) },
    },
  ),
];
