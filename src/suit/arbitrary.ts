/**
 * Arbitrary manifests of every construct of the draft, small when shrunk. They are well-formed models,
 * not updates that a recipient would accept: for that see scenarios/.
 *
 * @module
 */

import fc from 'fast-check';
import { array, bool, bstr, type Item, int, nil, tstr } from '../cbor/item.ts';
import { compareKeys } from '../cbor/order.ts';
import { componentItem, sever } from './build.ts';
import type {
  Command,
  ComponentIdentifier,
  Digest,
  Extension,
  Index,
  LanguageText,
  Manifest,
  Parameters,
  SeveredElements,
  TextEntry,
} from './model.ts';
import { commands, manifestKey } from './registry.ts';

const maxUint = 2n ** 64n - 1n;
const uint = fc.oneof(fc.bigInt({ min: 0n, max: 23n }), fc.bigInt({ min: 0n, max: maxUint }));
const bytes = (options: { minLength?: number; maxLength?: number }) =>
  fc.uint8Array({ maxLength: 24, ...options }).map((b) => new Uint8Array(b));
const text = fc.string({ maxLength: 20, unit: 'grapheme' });
const uuid = bytes({ minLength: 16, maxLength: 16 });

function optional<T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

export function arbitraryDigest(): fc.Arbitrary<Digest> {
  const ofLength = (algorithm: number, length: number) =>
    bytes({ minLength: length, maxLength: length }).map((b): Digest => ({ algorithm, bytes: b }));
  return fc.oneof(
    ofLength(-16, 32),
    ofLength(-43, 48),
    ofLength(-44, 64),
    ofLength(-18, 32),
    ofLength(-45, 64),
  );
}

export function arbitraryComponent(): fc.Arbitrary<ComponentIdentifier> {
  return fc.array(bytes({ maxLength: 6 }), { minLength: 1, maxLength: 3 });
}

/** int, bool, tstr or bstr (§8.4.8.16). */
const customValue: fc.Arbitrary<Item> = fc.oneof(
  fc.integer().map(int),
  fc.boolean().map(bool),
  text.map(tstr),
  bytes({}).map(bstr),
);

const customKey = fc.integer({ min: -70_000, max: -257 });

export function arbitraryParameters(): fc.Arbitrary<Parameters> {
  const custom = fc
    .uniqueArray(fc.tuple(customKey, customValue), { minLength: 1, maxLength: 3, selector: ([key]) => key })
    // Bytewise order: of negative keys the one nearest to zero comes first.
    .map((entries) => entries.toSorted(([a], [b]) => b - a));
  return optional<Required<Parameters>>({
    vendorId: fc.oneof(
      uuid,
      bytes({ minLength: 1, maxLength: 4 }).map((pen) => ({ pen })),
    ),
    classId: uuid,
    deviceId: uuid,
    imageDigest: arbitraryDigest(),
    imageSize: uint,
    componentSlot: uint,
    strictOrder: fc.boolean(),
    softFailure: fc.boolean(),
    content: bytes({}),
    uri: text,
    sourceComponent: uint,
    invokeArguments: bytes({}),
    fetchArguments: bytes({}),
    custom,
  });
}

export function arbitraryIndex(): fc.Arbitrary<Index> {
  const small = fc.nat({ max: 300 });
  const large = fc.bigInt({ min: 2n ** 53n, max: maxUint });
  return fc.oneof(small, fc.constant(true as const), fc.array(small, { minLength: 1, maxLength: 4 }), large);
}

const withPolicy = commands.filter((row) => row.argument === 'policy');

function leafCommand(where: { readonly isShared: boolean }): fc.Arbitrary<Command> {
  const plainCommand = fc
    .tuple(fc.constantFrom(...withPolicy), fc.nat({ max: 15 }))
    .map(([{ kind, code }, policy]): Command => ({ kind, code, policy }));
  const setIndex = arbitraryIndex().map((index): Command => ({ kind: 'setComponentIndex', index }));
  const override = arbitraryParameters().map(
    (parameters): Command => ({ kind: 'overrideParameters', parameters }),
  );
  const argument = fc.oneof(fc.constant(nil), fc.integer().map(int), text.map(tstr), bytes({}).map(bstr));
  const custom = fc
    .tuple(customKey, argument)
    .map(([code, a]): Command => ({ kind: 'custom', code, argument: a }));
  // Codes that the base draft leaves to others: wait, unlink, and one of no draft.
  const unknown = fc
    .tuple(
      fc.constantFrom(29, 33, 250),
      fc.oneof(
        argument,
        argument.map((a) => array(a)),
      ),
    )
    .map(([code, a]): Command => ({ kind: 'unknown', code, argument: a }));
  const usual = [plainCommand, setIndex, override];
  return fc.oneof(...usual, ...(where.isShared ? [] : [custom, unknown]));
}

/** Sequences that nest at most `depth` deep. */
export function arbitrarySequence(
  options: { readonly depth?: number; readonly isShared?: boolean } = {},
): fc.Arbitrary<Command[]> {
  const { depth = 2, isShared = false } = options;
  const leaf = leafCommand({ isShared });
  if (depth === 0) return fc.array(leaf, { minLength: 1, maxLength: 3 });
  const inner = arbitrarySequence({ depth: depth - 1, isShared });
  const run = inner.map((list): Command => ({ kind: 'runSequence', commands: list }));
  const branches = fc
    .tuple(fc.array(inner, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([list, hasNil]): Command => ({ kind: 'tryEach', branches: hasNil ? [...list, null] : list }));
  return fc.array(fc.oneof({ arbitrary: leaf, weight: 4 }, run, branches), { minLength: 1, maxLength: 4 });
}

function texts(max: number): fc.Arbitrary<TextEntry[]> {
  const key = fc.oneof(fc.integer({ min: 1, max }), fc.integer({ min: -300, max: -1 }));
  return fc
    .uniqueArray(fc.tuple(key, text), { maxLength: 3, selector: ([k]) => k })
    .map((entries) => entries.toSorted(([a], [b]) => compareKeys(int(a), int(b))));
}

export function arbitraryText(): fc.Arbitrary<LanguageText[]> {
  const language = fc.constantFrom('en', 'de', 'en-US', 'zh-Hant-TW');
  const components = fc
    .uniqueArray(fc.record({ identifier: arbitraryComponent(), texts: texts(6) }), {
      maxLength: 2,
      selector: (c) => JSON.stringify(c.identifier.map((segment) => [...segment])),
    })
    .map((list) =>
      list.toSorted((a, b) => compareKeys(componentItem(a.identifier), componentItem(b.identifier))),
    );
  return fc
    .uniqueArray(fc.record({ language, texts: texts(4), components }), {
      minLength: 1,
      maxLength: 2,
      selector: (l) => l.language,
    })
    .map((list) => list.toSorted((a, b) => compareKeys(tstr(a.language), tstr(b.language))));
}

function extensions(taken: readonly number[]): fc.Arbitrary<Extension[]> {
  const key = fc.bigInt({ min: 0n, max: 70n }).filter((k) => !taken.includes(Number(k)));
  return fc
    .uniqueArray(fc.tuple(key, customValue), { minLength: 1, maxLength: 2, selector: ([k]) => k })
    .map((entries) => entries.toSorted(([a], [b]) => Number(a - b)));
}

/** Everything in its place in the manifest, nothing severed. */
export function arbitraryInlineManifest(): fc.Arbitrary<Manifest> {
  const required = {
    version: fc.constant(1n),
    sequenceNumber: uint,
    components: fc.array(arbitraryComponent(), { maxLength: 3 }),
  };
  const others = optional<Omit<Required<Manifest>, keyof typeof required>>({
    referenceUri: text,
    sharedSequence: arbitrarySequence({ isShared: true }),
    validate: arbitrarySequence(),
    load: arbitrarySequence(),
    invoke: arbitrarySequence(),
    payloadFetch: arbitrarySequence(),
    install: arbitrarySequence(),
    text: arbitraryText(),
    extensions: extensions(Object.values(manifestKey)),
    commonExtensions: extensions([2, 4]),
  });
  return fc.tuple(fc.record(required, { noNullPrototype: true }), others).map(([r, o]) => ({ ...r, ...o }));
}

/** A manifest, and the elements that were severed from it. */
export function arbitrarySevered(): fc.Arbitrary<{ manifest: Manifest; severed: SeveredElements }> {
  const which = fc.subarray(['payloadFetch', 'install', 'text'] as const, { maxLength: 3 });
  return fc.tuple(arbitraryInlineManifest(), which).map(([manifest, names]) => sever(manifest, names));
}

export function arbitraryManifest(): fc.Arbitrary<Manifest> {
  return arbitrarySevered().map(({ manifest }) => manifest);
}
