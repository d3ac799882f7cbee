/**
 * Which names and which wrapped items the draft's CDDL puts where: the map by which `explain` labels bytes
 * (draft-ietf-suit-manifest-37 appendix A; RFC 9052 §3, §4, §6).
 *
 * @module
 */

import type { Item } from '../cbor/item.ts';
import { algorithmById, digestAlgorithmById } from '../cose/algorithms.ts';
import {
  commandByCode,
  commonKeys,
  componentTextKeys,
  envelopeKeys,
  manifestKeys,
  parameters,
  type Registration,
  registered,
  suitTag,
  textKeys,
} from './registry.ts';

/** What is known of an item by its place. An empty shape knows nothing. */
export interface Shape {
  /** The item inside, where this is a byte string that wraps one. */
  readonly wrapped?: Shape;
  /** RFC 9052 §3: a protected header may be the empty string. */
  readonly mayBeEmpty?: true;
  /** The elements, where this is an array. */
  readonly items?: (index: number) => Place;
  /** This is an array of codes and arguments in turn; the argument's place by its code. */
  readonly argument?: (code: bigint) => Place;
  /** The values, where this is a map. */
  readonly members?: (key: Item) => Place;
  /** Keys stand in bytewise order (§8.1). */
  readonly ordered?: true;
  readonly tagged?: (tag: bigint) => Shape;
  /** What an integer in this place stands for. */
  readonly names?: (value: bigint) => string | undefined;
}

export interface Place {
  readonly name?: string;
  readonly shape: Shape;
}

const anything: Shape = {};
const unnamed: Place = { shape: anything };

function place(name: string, shape: Shape = anything): Place {
  return { name, shape };
}

/** Elements by position; those after the last place are like `rest`. */
function tuple(places: readonly Place[], rest: Place = unnamed): Shape {
  return { items: (index) => places[index] ?? rest };
}

/** A map keyed by the labels of a registry. */
function keyed(registry: readonly Registration[], shapes: { readonly [name: string]: Shape }): Shape {
  return {
    ordered: true,
    members: (key) => {
      const row = key.kind === 'uint' || key.kind === 'nint' ? registered(registry, key.value) : undefined;
      return row === undefined ? unnamed : place(row.name, shapes[row.name]);
    },
  };
}

const algorithmNames: Shape = {
  names: (value) => algorithmById(Number(value))?.name ?? digestAlgorithmById(Number(value))?.name,
};

const digest: Shape = tuple([place('suit-digest-algorithm-id', algorithmNames), place('suit-digest-bytes')]);

/** https://www.iana.org/assignments/cose/cose.xhtml#header-parameters */
const headerNames: { readonly [label: string]: Place } = {
  1: place('alg', algorithmNames),
  2: place('crit'),
  3: place('content type'),
  4: place('kid'),
  5: place('IV'),
  6: place('Partial IV'),
};

const headers: Shape = {
  members: (key) => ('value' in key ? (headerNames[String(key.value)] ?? unnamed) : unnamed),
};
const protectedPlace = place('protected', { wrapped: headers, mayBeEmpty: true });
const head = [protectedPlace, place('unprotected', headers), place('payload')];
const signer: Shape = tuple([protectedPlace, place('unprotected', headers), place('signature')]);
const recipient: Shape = tuple([protectedPlace, place('unprotected', headers), place('ciphertext')]);
const each = (shape: Shape): Shape => ({ items: () => ({ shape }) });

const cose: { readonly [tag: string]: Shape } = {
  18: tuple([...head, place('signature')]),
  17: tuple([...head, place('tag')]),
  98: tuple([...head, place('signatures', each(signer))]),
  97: tuple([...head, place('tag'), place('recipients', each(recipient))]),
};

const coseNames: { readonly [tag: string]: string } = {
  17: 'COSE_Mac0',
  18: 'COSE_Sign1',
  97: 'COSE_Mac',
  98: 'COSE_Sign',
};

const authentication: Shape = tuple(
  [place('SUIT_Digest', { wrapped: digest })],
  place('SUIT_Authentication_Block', { wrapped: { tagged: (tag) => cose[String(tag)] ?? anything } }),
);

const parameterShapes = Object.fromEntries(
  parameters.map((row) => [row.name, row.type === 'digest' ? { wrapped: digest } : anything]),
);

const sequence: Shape = {
  argument: (code) => {
    const row = commandByCode(code);
    if (row === undefined) return code < 0n ? place('suit-command-custom') : unnamed;
    return place(row.name, argumentShapes[row.argument]);
  },
};

// Sequences hold sequences: these two refer to each other, so the nested ones are looked up late.
const nestedSequence: Shape = {
  get wrapped() {
    return sequence;
  },
};

const argumentShapes: { readonly [argument: string]: Shape } = {
  policy: { names: policyNames },
  parameters: keyed(parameters, parameterShapes),
  sequence: nestedSequence,
  sequences: each(nestedSequence),
};

/** §8.4.7 */
function policyNames(policy: bigint): string | undefined {
  const bits = ['record on success', 'record on failure', 'sysinfo on success', 'sysinfo on failure'];
  const set = bits.filter((_, bit) => (policy >> BigInt(bit)) & 1n);
  return set.length === 0 ? undefined : set.join(', ');
}

const componentTexts: Shape = keyed(componentTextKeys, {});
const languageTexts: Shape = {
  ordered: true,
  members: (key) =>
    key.kind === 'array' ? place('component', componentTexts) : keyed(textKeys, {}).members!(key),
};
const texts: Shape = { ordered: true, members: () => place('language', languageTexts) };

const common: Shape = keyed(commonKeys, {
  'suit-components': { items: () => unnamed },
  'suit-shared-sequence': { wrapped: sequence },
});

/** An element in its place, or the digest that stands for it. */
function severable(element: Shape): Shape {
  return { wrapped: element, ...digest };
}

export const manifestShape: Shape = keyed(manifestKeys, {
  'suit-common': { wrapped: common },
  'suit-validate': { wrapped: sequence },
  'suit-load': { wrapped: sequence },
  'suit-invoke': { wrapped: sequence },
  'suit-payload-fetch': severable(sequence),
  'suit-install': severable(sequence),
  'suit-text': severable(texts),
});

const envelopeByKey: Shape = keyed(envelopeKeys, {
  'suit-authentication-wrapper': { wrapped: authentication },
  'suit-manifest': { wrapped: manifestShape },
  'suit-payload-fetch': { wrapped: sequence },
  'suit-install': { wrapped: sequence },
  'suit-text': { wrapped: texts },
});

export const envelopeShape: Shape = {
  ordered: true,
  members: (key) => (key.kind === 'tstr' ? place('integrated payload') : envelopeByKey.members!(key)),
};

/** The outermost item: an envelope, tagged or not, or a bare manifest under its own tag. */
export const rootShape: Shape = {
  ...envelopeShape,
  tagged: (tag) => {
    if (tag === BigInt(suitTag.envelope)) return envelopeShape;
    if (tag === BigInt(suitTag.manifest)) return manifestShape;
    return rootShape;
  },
};

/** The name of a tag that the draft or COSE gives a meaning. */
export function tagName(tag: bigint): string | undefined {
  if (tag === BigInt(suitTag.envelope)) return 'SUIT_Envelope';
  if (tag === BigInt(suitTag.manifest)) return 'SUIT_Manifest';
  if (tag === BigInt(suitTag.pen)) return 'private enterprise number';
  return coseNames[String(tag)];
}
