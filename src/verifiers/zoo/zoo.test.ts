import { describe, expect, it } from 'vitest';
import {
  array,
  bool,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  type List,
  map,
  nil,
  tag,
  tstr,
  wrapped,
} from '../../cbor/item.ts';
import { sortEntries } from '../../cbor/order.ts';
import { write } from '../../cbor/write.ts';
import { type BlockOptions, makeBlock, type Signer, signerOf } from '../../cose/blocks.ts';
import { curves } from '../../cose/curves.ts';
import {
  authorHmac,
  authorHss,
  authorKek,
  authorP256,
  secondEd25519,
  strangerP256,
} from '../../cose/test-keys.ts';
import type { Decision } from '../../device/decision.ts';
import type { Delivery, PowerCut } from '../../device/delivery.ts';
import type { Recipient, TrustAnchor } from '../../device/recipient.ts';
import { manifestItem, sequenceItem, sever, severedEntries, wrappedDigest } from '../../suit/build.ts';
import type { Command, Manifest } from '../../suit/model.ts';
import { assemble, type EnvelopeParts, encode, release, signedBytes } from '../../suit/parts.ts';
import { commandCode, parameterKey } from '../../suit/registry.ts';
import {
  act,
  anchorOf,
  author,
  bytes,
  classId,
  compatibility,
  component,
  deliver,
  deliverBytes,
  image,
  index,
  manifest,
  network,
  oldImage,
  recipient,
  runSequence,
  set,
  sha256,
  type Trial,
  tryEach,
  twoComponents,
  uri,
  vendorId,
} from '../reference/fixtures/trial.ts';
import { referenceVerifier } from '../reference/reference.ts';
import type { Verifier } from '../verifier.ts';
import { equivalents } from './equivalents.ts';
import { rightsDemonstrations } from './fixtures/rights-demonstrations.ts';
import { missingAnimals } from './not-yet.ts';
import { zoo } from './zoo.ts';

/** What one verifier makes of something; the animal and the reference must not make the same of it. */
type Demonstration = (verifier: Verifier) => Promise<Decision>;

const second = signerOf(secondEd25519);
const stranger = signerOf(strangerP256);
const hmac = signerOf(authorHmac);
const pair = recipient({ components: [component(0), component(1)] });
const stored = recipient({ components: [component(0, [bytes(image)])] });
const install = manifest().install as readonly Command[];
const shared = manifest().sharedSequence as readonly Command[];
const soft = set({ softFailure: true });
const hard = set({ softFailure: false });
const content = set({ content: image });
const store: Command = act('write');
const fails = act('abort');
const passes = act('vendorIdentifier');

const of =
  (what: Manifest | CborMap, trial: Trial = {}): Demonstration =>
  (verifier) =>
    deliver(what, { ...trial, verifier });

const installing = (...commands: readonly Command[]) => of(manifest({ install: [...commands, ...install] }));

const onPair = (changes: Partial<Manifest>) => of(twoComponents(changes), { recipient: pair });

const altered = (alter: (parts: EnvelopeParts) => EnvelopeParts, trial: Trial = {}) =>
  of(manifest(), { ...trial, alter });

const raw = (code: number, argument: Item): Command => ({ kind: 'unknown', code, argument });

const indexed = (argument: Item) =>
  onPair({
    install: [
      raw(commandCode.setComponentIndex, argument),
      passes,
      index(true),
      set({ uri }),
      act('fetch'),
      act('imageMatch'),
    ],
  });

function block(options: BlockOptions, signer: Signer = author): (parts: EnvelopeParts) => EnvelopeParts {
  return (parts) => ({ ...parts, blocks: [makeBlock(signer, signedBytes(parts), options)] });
}

/** One element of the signer's block, changed. */
function element(
  signer: Signer,
  at: number,
  change: (list: List) => Item,
): (parts: EnvelopeParts) => EnvelopeParts {
  return (parts) => {
    const made = makeBlock(signer, signedBytes(parts));
    if (made.kind !== 'tag' || made.item.kind !== 'array') throw new Error('no block');
    const old = made.item.items[at];
    const items = made.item.items.with(at, change(old?.kind === 'array' ? old : array()));
    return { ...parts, blocks: [{ ...made, item: { ...made.item, items } }] };
  };
}

const wrapping: Signer = { ...signerOf(authorKek), structure: 'mac', wraps: true };
const wrappingAnchor: TrustAnchor = { ...anchorOf(wrapping), algorithms: [-3, 5] };

/** The signature of the one block, changed. */
function signature(change: (bytes: Uint8Array) => Uint8Array, trial: Trial = {}): Demonstration {
  return altered((parts) => {
    const [tagged] = parts.blocks;
    if (tagged?.kind !== 'tag' || tagged.item.kind !== 'array') throw new Error('no block');
    const changed = tagged.item.items.map((item, i) =>
      i === 3 && item.kind === 'bstr' ? bstr(change(item.bytes)) : item,
    );
    return { ...parts, blocks: [{ ...tagged, item: { ...tagged.item, items: changed } }] };
  }, trial);
}

/** The entries of the envelope, changed after all was signed. */
function reframed(change: (entry: Entry, parts: EnvelopeParts) => Entry): Demonstration {
  return (verifier) => {
    const parts = release(manifest(), [author]);
    const item = assemble(parts) as Item & { kind: 'tag' };
    const entries = (item.item as CborMap).entries.map((entry) => change(entry, parts));
    return deliverBytes(write({ ...item, item: map(...entries) }), { verifier });
  };
}

const header = (...more: Entry[]): CborMap => map([int(1), int(-9)], ...more);

const trusting = (...anchors: TrustAnchor[]): Trial => ({ recipient: recipient({ anchors }) });

/** The manifest with one member replaced, or (undefined) removed, and signed so. */
function withMember(key: number, value: Item | undefined): CborMap {
  const item = manifestItem(manifest());
  const others = item.entries.filter(([k]) => !isInt(k, key));
  return sortEntries({ ...item, entries: value === undefined ? others : [...others, [int(key), value]] });
}

/** These deliveries in one session; the last decision counts. */
function history(first: Recipient, ...deliveries: Delivery[]): Demonstration {
  return async (verifier) => {
    const session = await verifier.open(first);
    let decision: Decision = { kind: 'rejected' };
    for (const delivery of deliveries) decision = await session.deliver(delivery);
    return decision;
  };
}

function update(
  sequenceNumber: bigint,
  changes: Partial<Manifest> = {},
  more: Partial<Delivery> = {},
): Delivery {
  const envelope = encode(release(manifest({ sequenceNumber, ...changes }), [author]));
  return { event: 'update', envelope, payloads: network, ...more };
}

/** The older image is in place, and boots from storage. */
const bootable = recipient({
  installed: update(5n, {
    sharedSequence: [...shared, set({ imageDigest: sha256(oldImage), imageSize: BigInt(oldImage.length) })],
  }).envelope as Uint8Array,
});
const boot: Delivery = { event: 'boot', payloads: [] };
const forged = encode(release(manifest({ sequenceNumber: 9n }), [stranger]));

function cutAt(step: number, when: PowerCut['when'], delivery: Delivery): Delivery {
  return { ...delivery, powerCut: { step, when } };
}

const numbered = (installed: bigint, offered: bigint) =>
  of(manifest({ sequenceNumber: offered }), { recipient: recipient({ sequenceNumber: installed }) });

const vendor = (wanted: Uint8Array, vendorIds: readonly Uint8Array[]) =>
  of(manifest({ sharedSequence: [set({ vendorId: wanted, classId }), ...shared.slice(1)] }), {
    recipient: recipient({ components: [{ ...component(0), vendorIds }] }),
  });

const severed = sever(manifest(), ['install']);
const foreignInstall = severedEntries({ install: [...install, content, store] });

const digestOfLength = (length: number) => ({
  imageDigest: { algorithm: -16, bytes: sha256(image).bytes.subarray(0, length) },
});

const checkingContent = (held: Uint8Array, wanted: Uint8Array) =>
  of(manifest({ validate: [set({ content: wanted }), act('checkContent'), act('imageMatch')] }), {
    event: 'boot',
    recipient: recipient({ components: [component(0, [bytes(held)])] }),
  });

function der(fixed: Uint8Array): Uint8Array {
  const scalars = [fixed.subarray(0, 32), fixed.subarray(32)].map((s) => Uint8Array.of(0x02, 33, 0, ...s));
  const body = scalars.flatMap((s) => [...s]);
  return Uint8Array.of(0x30, body.length, ...body);
}

function highOrLow(fixed: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(fixed.subarray(32)).toString('hex')}`);
  const other = curves['P-256'].order - s;
  const high = s > other ? s : other;
  return Uint8Array.of(...fixed.subarray(0, 32), ...Buffer.from(high.toString(16).padStart(64, '0'), 'hex'));
}

const outsideKey: Signer =
  authorP256.kty === 'EC2'
    ? {
        key: { kty: 'Symmetric', k: Uint8Array.of(...authorP256.x, ...authorP256.y) },
        algorithm: 5,
        structure: 'mac0',
      }
    : author;

const twiceByAuthor = (parts: EnvelopeParts): EnvelopeParts => ({
  ...parts,
  blocks: [author, { ...author, kidIn: 'unprotected', kid: secondEd25519.kid as Uint8Array } as const].map(
    (s) => makeBlock(s, signedBytes(parts)),
  ),
});

const wantsTwo = recipient({
  anchors: [anchorOf(author), anchorOf(second)],
  policy: { kind: 'at-least', count: 2 },
});

const loop = (() => {
  const components = Array.from({ length: 6 }, (_, i) => component(i));
  let inner: Command = passes;
  for (let i = 0; i < 7; i++) inner = runSequence(index(true), inner);
  const all = twoComponents({
    components: components.map(({ identifier }) => identifier),
    install: [index(true), inner, set({ uri }), act('fetch'), act('imageMatch')],
  });
  return of(all, { recipient: recipient({ components }) });
})();

/** An image whose digest begins with a zero byte, and another one. */
const [zeroFirst, zeroSecond] = (() => {
  const found: Uint8Array[] = [];
  for (let i = 0; found.length < 2; i++) {
    const candidate = Uint8Array.of(i & 0xff, i >> 8);
    if (sha256(candidate).bytes[0] === 0) found.push(candidate);
  }
  return found as [Uint8Array, Uint8Array];
})();

/** The digest's byte string with a second item, authenticated as it is. */
const trailing: Demonstration = (verifier) => {
  const parts = release(manifest(), [author]);
  const longer = {
    ...parts,
    digest: { kind: 'raw', bytes: Uint8Array.of(...write(parts.digest), 0) } as const,
  };
  return deliverBytes(encode(block({})(longer)), { verifier });
};

/** Two components with other contents each, something done to both, and both replaced afterwards. */
const swapping = (...commands: readonly Command[]) =>
  onPair({
    install: [
      index(0),
      set({ content: oldImage, sourceComponent: 1n }),
      act('write'),
      index(1),
      set({ content: image.subarray(0, 9), sourceComponent: 0n }),
      act('write'),
      ...commands,
    ],
    validate: [index(0), passes],
  });

const firstDemonstrations: Readonly<Record<string, Demonstration>> = {
  'accepts-everything': signature((s) => s.with(0, (s[0] ?? 0) ^ 1)),
  'refuses-everything': of(manifest()),

  'forgets-head-bytes': (verifier) => deliverBytes(Uint8Array.of(0xd8, 0x6b, 0xa1, 0x43, 1, 2), { verifier }),
  'allocates-claimed-lengths': (verifier) =>
    deliverBytes(Uint8Array.of(0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), { verifier }),
  'throws-instead-of-refusing': (verifier) => deliverBytes(Uint8Array.of(0xff), { verifier }),
  'ignores-trailing-bytes': trailing,
  'keeps-numbers-as-doubles': numbered(2n ** 53n + 4n, 2n ** 53n + 3n),
  'reads-64-bit-heads-as-32': numbered(4n, 2n ** 32n + 3n),
  'takes-numbers-from-anything': of(withMember(2, tstr('6'))),
  'mixes-integer-and-text-keys': altered((parts) => ({ ...parts, members: [[tstr('3'), bstr(image)]] })),
  'verifies-first-and-executes-last': (verifier) => {
    const parts = release(manifest(), [author]);
    const item = assemble(parts) as Item & { kind: 'tag' };
    const evil: Entry = [int(3), wrapped(manifestItem(manifest({ sequenceNumber: 99n })))];
    const envelope = item.item as CborMap;
    return deliverBytes(write({ ...item, item: { ...envelope, entries: [...envelope.entries, evil] } }), {
      verifier,
    });
  },
  'takes-the-last-of-two-keys': of({
    ...manifestItem(manifest()),
    entries: manifestItem(manifest()).entries.flatMap((e): Entry[] =>
      isInt(e[0], 2) ? [e, [int(2), int(9)]] : [e],
    ),
  }),

  'zero-blocks-pass': altered((parts) => ({ ...parts, blocks: [] })),
  'unsigned-envelopes-pass': (verifier) =>
    deliverBytes(write(tag(107, map([int(3), wrapped(manifestItem(manifest()))]))), { verifier }),
  'skips-blocks-it-cannot-parse': altered((parts) => ({ ...parts, blocks: [tag(96, array())] })),
  'skips-blocks-without-an-anchor': of(manifest(), { signers: [{ ...stranger, kidIn: 'protected' }] }),
  'counts-blocks-not-authorities': altered(twiceByAuthor, { recipient: wantsTwo }),
  'one-authority-satisfies-any-policy': of(manifest(), { recipient: wantsTwo }),

  'verifies-and-ignores-the-result': of(manifest(), { signers: [stranger] }),
  'counts-errors-as-success': signature((s) => s.subarray(1)),
  'accepts-zero-signatures': signature((s) => new Uint8Array(s.length)),
  'refuses-high-s': signature(highOrLow),
  'accepts-der-signatures': signature(der),
  'verifies-the-attached-payload': (verifier) => {
    const authentic = signedBytes(release(manifest(), [author]));
    const alter = block({ payload: bstr(authentic), signed: authentic });
    return deliver(manifest({ sequenceNumber: 9n }), { alter, verifier });
  },
  'takes-the-context-from-the-algorithm': altered(block({ tag: 17 })),
  'reads-the-algorithm-unprotected-first': altered(block({ protected: map(), unprotected: header() })),
  'never-compares-algorithm-and-key': of(manifest(), trusting({ ...anchorOf(author), algorithms: [-7] })),
  'keys-hmac-with-public-keys': of(manifest(), { signers: [outsideKey] }),
  'compares-macs-over-the-received-length': signature((s) => s.subarray(0, 4), {
    signers: [hmac],
    ...trusting(anchorOf(hmac)),
  }),
  'takes-rights-from-the-kid': altered(twiceByAuthor, { recipient: wantsTwo }),
  'tries-one-anchor-for-a-kid': of(manifest(), {
    signers: [{ ...author, kidIn: 'protected' }],
    ...trusting({ ...anchorOf(stranger), kid: authorP256.kid as Uint8Array }, anchorOf(author)),
  }),
  'ignores-crit': altered(block({ protected: header([int(2), array(int(99))]) })),
  'allows-duplicate-labels': altered(block({ protected: header([int(4), nil], [int(4), nil]) })),
  'refuses-unknown-headers': altered(block({ unprotected: map([int(99), nil]) })),

  'no-signature-is-a-good-one': altered(element({ ...author, structure: 'sign' }, 3, () => array())),
  'skips-macs-whose-key-it-cannot-get': altered(
    element(wrapping, 4, () => array(array(bstr(new Uint8Array(0)), map([int(1), int(-5)]), nil))),
    trusting(wrappingAnchor),
  ),
  'signs-every-structure-as-signature1': of(manifest(), { signers: [{ ...author, structure: 'sign' }] }),
  'takes-any-wrapping-key': of(manifest(), {
    signers: [wrapping],
    ...trusting({ ...wrappingAnchor, roles: [] }),
  }),
  'wants-one-recipient': altered(
    element(wrapping, 4, (list) => ({ ...list, items: [...list.items, ...list.items] })),
    trusting(wrappingAnchor),
  ),
  'authenticates-the-empty-map-as-sent': altered(
    element({ ...author, structure: 'sign' }, 0, () => bstr(Uint8Array.of(0xa0))),
  ),
  'takes-the-level-count-from-the-key': signature((s) => s.with(3, 1), {
    signers: [signerOf(authorHss)],
    ...trusting(anchorOf(signerOf(authorHss))),
  }),

  'never-binds-the-manifest': altered((parts) => ({
    ...parts,
    manifest: manifestItem(manifest({ sequenceNumber: 9n })),
  })),
  'empty-digests-match': of(manifest({ sharedSequence: [...compatibility, set(digestOfLength(0))] })),
  'compares-digest-prefixes': of(manifest({ sharedSequence: [...compatibility, set(digestOfLength(16))] })),
  'compares-digests-as-c-strings': of(
    manifest({ sharedSequence: [...compatibility, set({ imageDigest: sha256(zeroFirst) })] }),
    { payloads: [{ uri, kind: 'bytes', bytes: zeroSecond }] },
  ),
  'always-hashes-with-sha-256': of(
    manifest({
      sharedSequence: [
        ...compatibility,
        set({ imageDigest: { algorithm: -18, bytes: sha256(image).bytes } }),
      ],
    }),
  ),
  'unknown-digest-algorithms-match': of(
    manifest({
      sharedSequence: [...compatibility, set({ imageDigest: { algorithm: -18, bytes: new Uint8Array(32) } })],
    }),
  ),
  're-encodes-before-hashing': altered((parts) => ({
    ...parts,
    manifest: { ...parts.manifest, width: 2 },
  })),
  'never-checks-severed-digests': of(severed.manifest, { severed: foreignInstall }),
  'runs-elements-the-manifest-does-not-list': of(manifest(), {
    severed: severedEntries({ payloadFetch: [passes] }),
  }),
  'prefers-the-copy-in-the-envelope': of(manifest(), { severed: foreignInstall }),
  'missing-elements-succeed': of(severed.manifest, { recipient: stored }),
  'every-severed-element-is-needed': of(severed.manifest, { event: 'boot', recipient: stored }),
  'every-image-matches': of(manifest(), { payloads: [{ uri, kind: 'bytes', bytes: image.toReversed() }] }),
  'hashes-image-size-bytes-only': of(manifest(), {
    event: 'boot',
    recipient: recipient({ components: [component(0, [bytes(Uint8Array.of(...image, 1))])] }),
  }),

  'forgets-the-version-error': of(manifest({ version: 2n })),
  'missing-version-is-1': of(withMember(1, undefined)),
  'accepts-lower-versions': of(manifest({ version: 0n })),
  'accepts-signed-32-bit-sequence': numbered(2n ** 31n, 5n),
  'compares-sequence-by-difference': numbered(2n ** 64n - 1n, 0n),
  'refuses-equal-sequence': numbered(6n, 6n),
  'never-checks-sequence': numbered(6n, 5n),
  'boots-older-manifests': of(manifest(), {
    event: 'boot',
    recipient: { ...stored, sequenceNumber: 7n },
  }),
  'missing-sequence-passes': of(withMember(2, undefined)),
  'never-stores-sequence': history(recipient(), update(8n), update(7n)),
  'commits-before-authentication': of(manifest({ sequenceNumber: 99n }), { signers: [stranger] }),
  'commits-before-applicability': vendor(classId, [vendorId]),
  'clears-its-number-while-updating': of(manifest(), { payloads: [] }),
  'never-recovers-from-a-failure': history(recipient(), update(6n, {}, { payloads: [] }), update(7n)),
  'commits-before-installation': of(manifest(), { payloads: [] }),

  'ignores-the-vendor': vendor(classId, [vendorId]),
  'compares-ids-as-c-strings': vendor(Uint8Array.of(0, ...vendorId.subarray(1)), [
    Uint8Array.of(0, ...classId.subarray(1)),
  ]),
  'no-device-id-matches-all': vendor(vendorId, []),
  'compares-the-first-id-only': vendor(vendorId, [classId, vendorId]),
  'one-id-list-for-all-components': of(twoComponents(), {
    recipient: recipient({ components: [component(0), { ...component(1), classIds: [vendorId] }] }),
  }),
  'shares-parameters-between-components': onPair({
    install: [index(0), content, index(1), store, index(true), set({ uri }), act('fetch'), act('imageMatch')],
  }),
  'takes-slots-modulo-their-number': of(
    manifest({ validate: [set({ componentSlot: 1n }), act('componentSlot')] }),
  ),
  'never-counts-components': of(
    twoComponents({
      sharedSequence: [index(0), ...shared],
      install: [index(0), ...install],
      validate: [index(0), act('imageMatch')],
    }),
  ),
  'skips-unknown-components': of(twoComponents({ invoke: [] }), {
    recipient: recipient({ components: [component(0), component(9)] }),
  }),
  'index-may-equal-the-count': indexed(int(2)),
  'checks-the-first-index-only': indexed(array(int(0), int(3))),
  'narrows-the-index-to-8-bits': indexed(int(256)),
  'false-is-index-0': indexed(bool(false)),
  'needs-no-index': onPair({ validate: [act('imageMatch')] }),
  'true-means-all-of-the-device': of(twoComponents(), {
    recipient: recipient({ components: [component(0), component(1), component(2)] }),
  }),

  'skips-unknown-commands': installing(raw(99, int(0))),
  'stops-at-unknown-parameters': installing(
    raw(
      commandCode.overrideParameters,
      map([int(0), int(0)], [int(parameterKey.classIdentifier), bstr(vendorId)]),
    ),
    act('classIdentifier'),
  ),
  'ignores-a-command-without-argument': of(
    withMember(20, wrapped(array(...sequenceItem(install).items, int(3)))),
  ),
  'conditions-without-parameter-pass': installing(act('componentSlot')),
  'conditions-without-parameter-abort': installing(tryEach([act('componentSlot')], [passes])),
  'goes-on-after-a-failed-condition': installing(fails),
  'is-soft-at-the-top-level': installing(fails),
  'tries-on-after-a-failed-directive': installing(tryEach([store], [passes])),
  'softens-failed-directives': installing(runSequence(soft, store)),
  'runs-every-branch': installing(content, tryEach([passes], [store])),
  'exhausted-try-each-succeeds': installing(tryEach([fails], [fails])),
  'keeps-soft-failure-on-return': installing(runSequence(soft, tryEach([hard, passes], null), fails)),
  'try-each-is-always-soft': installing(tryEach([hard, fails], [passes])),
  'allows-soft-failure-anywhere': installing(soft),
  'runs-the-shared-sequence-once': of(
    manifest({ install: [...install, set({ imageDigest: sha256(oldImage) })] }),
  ),
  'shared-sequence-may-do-anything': of(manifest({ sharedSequence: [...shared, content, store] })),
  'invokes-during-update': of(manifest()),
  'installs-before-fetching': onPair({
    payloadFetch: [index(1), set({ uri }), act('fetch')],
    install: [index(0), set({ sourceComponent: 1n }), act('copy'), act('imageMatch')],
  }),
  'invokes-without-validation': of(manifest(), { event: 'boot' }),
  'keeps-parameters-between-manifests': history(
    recipient(),
    update(6n),
    update(7n, { sharedSequence: compatibility, install: [act('fetch'), act('imageMatch')] }),
  ),
  'allows-a-further-index-in-parallel': onPair({
    install: [
      index(0),
      set({ strictOrder: false }),
      runSequence(index(1), passes, index(0)),
      index(true),
      set({ uri }),
      act('fetch'),
      act('imageMatch'),
    ],
  }),
  'has-no-step-budget': loop,

  'tries-for-the-first-component-only': onPair({
    install: [
      index(true),
      set({ uri }),
      act('fetch'),
      act('imageMatch'),
      index(0),
      set({ componentSlot: 0n }),
      index(1),
      set({ componentSlot: 1n }),
      index(true),
      tryEach([act('componentSlot')], [fails]),
    ],
  }),
  'checks-the-first-component-only': onPair({
    install: [
      index(true),
      set({ uri }),
      act('fetch'),
      index(1),
      set({ imageDigest: sha256(oldImage) }),
      index(true),
      act('imageMatch'),
    ],
  }),
  'takes-components-from-behind': swapping(index(true), act('copy')),
  'goes-on-at-the-index-left': swapping(index(true), runSequence(act('write'), index(0))),
  'has-room-for-five-parameters': of(
    manifest({
      validate: [
        set({ imageSize: BigInt(image.length) }),
        set({ componentSlot: 0n }),
        act('componentSlot'),
        set({ content: image }),
        act('checkContent'),
        act('imageMatch'),
      ],
    }),
  ),
  'never-replaces-parameters': installing(content, store, set({ content: oldImage }), act('checkContent')),
  'ignores-unknown-policies': installing(raw(commandCode.vendorIdentifier, int(16))),
  'inherits-soft-failure': installing(content, runSequence(soft, runSequence(fails), store)),
  'sees-no-races': onPair({
    install: [
      index(0),
      set({ content: oldImage, sourceComponent: 1n }),
      act('write'),
      index(1),
      set({ content: oldImage, sourceComponent: 0n }),
      act('write'),
      index(true),
      set({ strictOrder: false }),
      act('copy'),
    ],
    validate: [index(0), passes],
  }),
  'takes-any-oid-for-a-pen': of(
    manifest({
      sharedSequence: [
        raw(
          commandCode.overrideParameters,
          map([int(1), tag(110, bstr(Uint8Array.of(0x81, 0x00)))], [int(2), bstr(classId)]),
        ),
        passes,
        act('classIdentifier'),
        set({ imageDigest: sha256(image) }),
      ],
    }),
    { recipient: recipient({ components: [{ ...component(0), pens: [Uint8Array.of(0x81, 0x00)] }] }) },
  ),
  'allows-nil-anywhere': installing(tryEach(null, [passes])),
  'reads-component-0-for-no-source': onPair({
    install: [
      index(0),
      set({ uri }),
      act('fetch'),
      act('imageMatch'),
      index(1),
      set({ sourceComponent: 9n }),
      act('copy'),
      act('imageMatch'),
    ],
  }),
  'spoils-what-does-not-match': of(
    manifest({
      install: [...install, tryEach([set({ imageDigest: sha256(oldImage) }), act('imageMatch')], null)],
      validate: [],
    }),
  ),
  'cuts-arguments-at-nul': of(
    manifest({ invoke: [set({ invokeArguments: Uint8Array.of(1, 0, 2) }), act('invoke')] }),
    { event: 'boot', recipient: stored },
  ),
  'trusts-integrated-payloads': of(
    manifest({ install: [set({ uri: '#image' }), act('fetch'), act('imageMatch')] }),
    { integrated: [['#image', oldImage]] },
  ),
  'takes-the-digest-of-any-component': onPair({
    sharedSequence: [
      index(true),
      ...compatibility,
      index(0),
      set({ imageDigest: sha256(oldImage) }),
      index(1),
      set({ imageDigest: sha256(image) }),
    ],
  }),
  'finds-payloads-by-digest-prefix': of(
    manifest({
      sharedSequence: [...compatibility, set({ imageDigest: sha256(zeroFirst), imageSize: 2n })],
    }),
    {
      recipient: recipient({ components: [component(0, [bytes(zeroSecond)])] }),
      payloads: [{ uri, kind: 'bytes', bytes: zeroFirst }],
    },
  ),
  'installs-what-nothing-checks': of(
    manifest({ sharedSequence: compatibility, install: [set({ uri }), act('fetch')], validate: [passes] }),
  ),
  'reserves-room-for-an-endless-body': of(manifest(), { payloads: [{ uri, kind: 'endless', bytes: image }] }),
  'fetches-missing-fragments': of(manifest({ install: [set({ uri: '#image' }), act('fetch')] })),
  'fetches-any-uri': of(manifest({ install: [set({ uri: 'ftp://a/' }), act('fetch')] })),
  'writes-beyond-the-slot': of(manifest(), {
    recipient: recipient({ components: [{ ...component(0), capacity: 99 }] }),
  }),
  'keeps-surplus-bytes': of(manifest(), {
    payloads: [{ uri, kind: 'bytes', bytes: Uint8Array.of(...image, 1) }],
  }),
  'leaves-the-comparison-early': checkingContent(image, image.with(3, 9)),
  'compares-the-shorter-length': checkingContent(image, image.subarray(0, 50)),
  'fetches-before-authentication': of(manifest(), { signers: [stranger] }),
  'parses-before-authentication': of(manifest({ validate: [raw(commandCode.fetch, nil)] }), {
    signers: [stranger],
  }),
  'erases-before-authentication': of(manifest(), { signers: [stranger] }),
  'executes-before-authentication': of(manifest(), { signers: [stranger] }),

  'erases-what-runs': of(manifest(), {
    recipient: recipient({ components: [{ ...component(0), running: 0 }] }),
  }),
  'keeps-no-journal': history(bootable, cutAt(1, 'torn', update(6n)), boot),
  'swaps-in-place': history(bootable, cutAt(1, 'torn', update(6n)), boot),
  'writes-the-number-first': history(bootable, cutAt(1, 'after', update(6n)), boot),
  'marks-before-all-is-recorded': history(bootable, cutAt(2, 'after', update(6n)), boot),
  'drops-its-journal-on-waking': history(bootable, cutAt(5, 'after', update(6n)), boot),
  'recovers-once': history(bootable, cutAt(4, 'after', update(6n)), cutAt(2, 'torn', boot), boot),
  'resumes-without-a-rollback-check': history(bootable, cutAt(2, 'after', update(6n)), update(3n)),
  'keeps-its-number-in-memory': history(
    recipient(),
    update(6n),
    { ...boot, envelope: update(6n).envelope as Uint8Array },
    update(3n),
  ),
  'runs-the-first-at-hand': history(
    recipient(),
    update(6n, {}, { candidates: [update(7n).envelope as Uint8Array] }),
  ),
  'chooses-before-authentication': history(recipient(), update(6n, {}, { candidates: [forged] })),
  'forgets-what-it-issued': of(
    twoComponents({
      install: [
        index(true),
        set({ uri }),
        set({ strictOrder: false }),
        act('fetch'),
        index(true),
        act('imageMatch'),
      ],
    }),
    { recipient: { ...pair, processing: 'parallel' } },
  ),
  'processes-one-component-only': of(twoComponents({ validate: [] }), {
    recipient: { ...pair, processing: 'serial' },
  }),
  'checks-ids-once': of(manifest(), {
    event: 'boot',
    recipient: recipient({ components: [{ ...component(0, [bytes(image)]), classIds: [] }] }),
  }),
};

const formDemonstrations: Readonly<Record<string, Demonstration>> = {
  'takes-keys-in-any-order': of({
    ...manifestItem(manifest()),
    entries: manifestItem(manifest()).entries.toReversed(),
  }),
  'orders-keys-by-length-first': of(
    sortEntries(map(...manifestItem(manifest()).entries, [int(24), nil], [int(-1), nil])),
  ),
  'replaces-bad-utf8': altered((parts) => ({
    ...parts,
    members: [[{ kind: 'tstr', bytes: Uint8Array.of(0xff) }, bstr(image)]],
  })),
  'ignores-members-of-another-type': of(withMember(4, int(7))),
  'strips-tags': of(withMember(4, tag(32, tstr('a')))),
  'takes-a-bare-manifest': reframed(([key, value]) => [
    key,
    isInt(key, 3) ? manifestItem(manifest()) : value,
  ]),
  'runs-manifests-without-envelope': (verifier) =>
    deliverBytes(write(tag(1070, manifestItem(manifest()))), { verifier }),
  'passes-over-payloads-that-are-none': altered((parts) => ({ ...parts, members: [[tstr('#x'), int(1)]] })),
  'takes-elements-without-wrapping': reframed(([key, value], { digest, blocks }) => [
    key,
    isInt(key, 2) ? wrapped(array(wrapped(digest), ...blocks)) : value,
  ]),
  'takes-a-block-twice': altered((parts) => ({ ...parts, blocks: [...parts.blocks, ...parts.blocks] })),
};

const lenienceDemonstrations: Readonly<Record<string, Demonstration>> = {
  'guesses-the-algorithm': altered(block({ protected: map() })),
  'ignores-roles': of(manifest(), trusting(anchorOf(author, ['qualifier']))),
  'takes-a-mac-for-a-signature': of(manifest(), {
    recipient: recipient({
      anchors: [anchorOf(author, ['qualifier'])],
      policy: { kind: 'roles', roles: ['author'] },
    }),
  }),
  'never-reads-the-unprotected-header': altered(block({ unprotected: header() })),
  'cuts-identifiers-to-16-bytes': vendor(Uint8Array.of(...vendorId, 0), [vendorId]),
  'passes-over-blocks-it-cannot-use': altered((parts) => ({ ...parts, blocks: [tag(98, array())] })),
  'needs-no-compatibility-check': of(manifest({ sharedSequence: shared.toSpliced(1, 1) })),
  'never-stops': installing(fails),
  'obeys-unknown-members': altered((parts) => ({
    ...parts,
    members: [[int(30), bstr(new TextEncoder().encode('http://example.com/'))]],
  })),
  'fetches-what-it-then-refuses': of(manifest(), { signers: [stranger] }),
};

const backToOld = {
  sharedSequence: [...compatibility, set({ imageDigest: sha256(oldImage) })],
} satisfies Partial<Manifest>;
const oldOnNetwork: Partial<Delivery> = { payloads: [{ uri, kind: 'bytes', bytes: oldImage }] };

const refusalDemonstrations: Readonly<Record<string, Demonstration>> = {
  'wants-every-anchor-to-sign': of(manifest(), trusting(anchorOf(author), anchorOf(second))),
  'refuses-prefetched-payloads': of(manifest(), { integrated: [[uri, image]] }),
  'never-goes-back': history(recipient(), update(6n), update(7n, backToOld, oldOnNetwork)),
  'boots-once': history(stored, update(6n, {}, { event: 'boot' }), update(6n, {}, { event: 'boot' })),
  'counts-replays': history(recipient(), update(6n), update(6n)),
};

const older = {
  sharedSequence: [...shared, set({ imageDigest: sha256(oldImage), imageSize: BigInt(oldImage.length) })],
} satisfies Partial<Manifest>;

const meddled = update(6n);

const differenceDemonstrations: Readonly<Record<string, Demonstration>> = {
  'reads-the-last-of-two-items': of(withMember(20, wrapped(array(), sequenceItem(install)))),
  'reads-integers-in-32-bits': of(manifest({ sequenceNumber: 2n ** 32n + 6n })),
  'takes-null-for-absent': of(withMember(4, nil)),
  'trusts-its-storage': history(
    recipient({
      installed: encode({
        ...release(manifest({ sequenceNumber: 5n, ...older }), [author]),
        manifest: manifestItem(manifest({ sequenceNumber: 6n, ...older })),
      }),
    }),
    boot,
  ),
  'never-looks-again': history(bootable, { ...boot, slotChange: { component: 0, bytes: image } }),
  'works-in-the-shared-buffer': history(recipient(), {
    ...meddled,
    bufferChange: {
      after: 'authenticated',
      offset: Buffer.from(meddled.envelope as Uint8Array).indexOf(sha256(image).bytes),
      bytes: sha256(oldImage).bytes,
    },
  }),
  'fetches-twice': history(
    recipient(),
    update(6n, {}, { laterPayloads: [{ uri, kind: 'bytes', bytes: oldImage }] }),
  ),
  'skips-what-is-severed': of(withMember(7, wrappedDigest(wrapped(sequenceItem([]))))),
  'follows-the-text': of(
    withMember(23, wrapped(map([tstr('en'), map([int(1), tstr('http://example.com/')])]))),
  ),
  'recurses-without-bound': (verifier) => deliverBytes(new Uint8Array(50_000).fill(0x81), { verifier }),
  'has-room-for-ten-parameters': of(
    manifest({
      validate: [
        act('imageMatch'),
        set({
          componentSlot: 0n,
          strictOrder: true,
          content: image,
          sourceComponent: 0n,
          invokeArguments: image,
          deviceId: vendorId,
          fetchArguments: image,
        }),
      ],
    }),
  ),
  'keeps-payloads-in-a-plain-object': of(manifest(), { integrated: [['constructor', image]] }),
  'wants-something-to-install': of(
    map(...manifestItem(manifest()).entries.filter(([key]) => [1, 2, 3].some((kept) => isInt(key, kept)))),
  ),
  'stores-what-it-refuses': history(bootable, { ...update(6n), envelope: forged }, boot),
  'loses-patience': history(
    recipient(),
    { ...update(6n), envelope: forged },
    { ...update(6n), envelope: forged },
    update(6n),
  ),
  'matches-once': of(
    manifest({ install: [...install, set({ content: oldImage }), store, act('imageMatch')] }),
  ),
};

const mirror = 'https://mirror.example/image';
const elsewhere = (...answers: Delivery['payloads']) =>
  of(manifest(), { payloads: [{ uri, kind: 'redirect', to: mirror }, ...answers] });

const answerDemonstrations: Readonly<Record<string, Demonstration>> = {
  'follows-redirects-without-count': elsewhere({ uri: mirror, kind: 'redirect', to: uri }),
  'trusts-what-is-behind-a-redirect': elsewhere({ uri: mirror, kind: 'bytes', bytes: oldImage }),
  'caches-keys-of-removed-anchors': history(recipient(), update(6n, {}, { anchorsRemoved: [0] }), update(7n)),
  'lets-the-last-update-win': history(
    recipient(),
    update(
      6n,
      {},
      {
        meanwhile: { after: 'procedure', envelope: update(7n).envelope as Uint8Array, payloads: network },
      },
    ),
  ),
};

const fallbackDemonstrations: Readonly<Record<string, Demonstration>> = {
  'reads-texts-as-c-strings': of(
    manifest({ install: [set({ uri: `${uri}\u0000.sig` }), act('fetch'), act('imageMatch')] }),
  ),
  'falls-back-to-its-own-components': of(
    withMember(3, wrapped(map([int(2), array()], [int(4), wrapped(sequenceItem(shared))]))),
  ),
  'keeps-soft-failure-for-a-component': onPair({
    install: [
      index(0),
      runSequence(index(0), soft, index(1), fails),
      index(true),
      set({ uri }),
      act('fetch'),
      act('imageMatch'),
    ],
  }),
  'trusts-what-is-named-relatively': of(
    manifest({ install: [set({ uri: 'image' }), act('fetch'), act('imageMatch')] }),
    {
      payloads: [{ uri: 'image', kind: 'bytes', bytes: oldImage }],
    },
  ),
};

const demonstrations: Readonly<Record<string, Demonstration>> = {
  ...differenceDemonstrations,
  ...firstDemonstrations,
  ...formDemonstrations,
  ...lenienceDemonstrations,
  ...rightsDemonstrations,
  ...answerDemonstrations,
  ...fallbackDemonstrations,
  ...refusalDemonstrations,
};

/** Animals whose only fault is the cost, or the stage at which they notice. */
const onlySteps = ['leaves-the-comparison-early'];
const onlyStage = ['parses-before-authentication'];

const seenByReference = new Map<string, Promise<unknown>>();

function observeReference(id: string): Promise<unknown> {
  const seen = seenByReference.get(id) ?? observe(id, referenceVerifier());
  seenByReference.set(id, seen);
  return seen;
}

/** What a bench can hold against a verifier: its answer, effects and state; never the words of a refusal. */
async function observe(id: string, verifier: Verifier): Promise<unknown> {
  const demonstration = demonstrations[id];
  if (demonstration === undefined) throw new Error(`nothing shows the defect of ${id}`);
  try {
    const { kind, effects, state, cost, ...rest } = await demonstration(verifier);
    const { sequenceNumber, contents } = state?.full ?? {};
    return {
      seen: { kind, effects, sequenceNumber, contents },
      ...(onlySteps.includes(id) && { steps: cost?.steps }),
      ...(onlyStage.includes(id) && 'stage' in rest && { stage: rest.stage }),
    };
  } catch (error) {
    return { crashed: String(error) };
  }
}

describe('the zoo', () => {
  it('has ids of its own, each with something that exposes it', () => {
    expect(new Set(zoo.map(({ id }) => id)).size).toBe(zoo.length);
    expect(new Set(zoo.map(({ handle }) => handle)).size).toBe(zoo.length);
    expect(zoo.filter(({ exposedBy }) => exposedBy.length === 0)).toEqual([]);
  });

  it('says of no animal that is there that it is not', () => {
    const there = new Set(zoo.map(({ handle }) => handle));
    expect(missingAnimals.filter(({ handle }) => there.has(handle))).toEqual([]);
  });

  it.each(zoo.map((animal) => [animal.handle, animal.id, animal] as const))(
    '%s %s is wrong where it should be, and the reference is not',
    async (_handle, id, animal) => {
      const reference = await observeReference(id);
      expect(reference).not.toHaveProperty('crashed');
      expect(await observe(id, animal.create())).not.toEqual(reference);
    },
  );

  const answering = zoo.filter(({ id }) => id !== 'refuses-everything');
  it.each(answering.map((animal) => [animal.id, animal] as const))(
    '%s accepts what it has no quarrel with',
    async (_id, animal) => {
      const numbers = [6n, 7n, 8n, 9n, 10n, 11n, 12n, 13n];
      const answers = await Promise.all(
        numbers.map((sequenceNumber) => of(manifest({ sequenceNumber }))(animal.create())),
      );
      expect(answers.map(({ kind }) => kind)).toContain('accepted');
    },
  );
});

describe('the equivalent mutants', () => {
  it.each(equivalents.map((animal) => [animal.id, animal] as const))(
    '%s answers as the reference does',
    async (_id, animal) => {
      for (const id of Object.keys(demonstrations)) {
        const { seen } = (await observeReference(id)) as { seen: unknown };
        expect(await observe(id, animal.create())).toMatchObject({ seen });
      }
    },
  );
});
