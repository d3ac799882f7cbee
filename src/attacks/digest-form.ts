/**
 * Attacks with digests of the wrong length, algorithm or label (draft §10).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { array, bstr, type Item, int, isInt, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Recipient } from '../device/recipient.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { wrappedDigest } from '../suit/build.ts';
import { manifest } from '../suit/clause.ts';
import { isSectionSevered, setMember, withParameter } from '../suit/edit.ts';
import { type EnvelopeParts, manifestDigest, seal, sign } from '../suit/parts.ts';
import { envelopeKey, manifestKey, parameterKey } from '../suit/registry.ts';
import { unwrap } from '../suit/unwrap.ts';
import type { Attack, Attacked } from './attack.ts';
import { type DeliverOptions, deliverEnvelope } from './deliver.ts';
import { eitherAnswer, mustReject, shouldReject } from './expectation.ts';

const lengthReasons = ['digest-malformed', 'severed-mismatch', 'image-mismatch'] as const;
const wrongLength = mustReject(lengthReasons, manifest('10'));
const wrongLengthLater = mustReject(lengthReasons, manifest('10'), { level: 'installed' });

/** Gives a digest fewer or more bytes than its algorithm makes. */
export const length: Attack<{
  place: 'manifest' | 'image' | 'severed';
  how: 'empty' | 'prefix' | 'extra';
  bytes: number;
}> = {
  id: 'digest.len',
  handle: 'D04',
  group: 'D',
  family: 'integrity',
  change: 'make the bytes of a digest empty, a prefix of the right ones, or more than those',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.SEC.AUTH.EXEC'],
  expects: [wrongLength, wrongLengthLater],
  on: { features: ['network', 'severed'] },
  choice: fc.record({
    place: fc.constantFrom('manifest', 'image', 'severed'),
    how: fc.constantFrom('empty', 'prefix', 'extra'),
    bytes: fc.integer({ min: 1, max: 31 }),
  }),
  apply(scenario, { place, how, bytes }) {
    const resize = (digest: Item): Item =>
      withDigestBytes(digest, (old) => {
        if (how === 'empty') return new Uint8Array(0);
        if (how === 'extra') return Uint8Array.from([...old, ...new Uint8Array(bytes)]);
        return old.slice(0, Math.max(1, old.length - bytes));
      });
    if (place === 'manifest') return withDigest(scenario, resize, { expect: wrongLength });
    const change = place === 'image' ? imageDigest : severedDigest;
    return signedAnew(scenario, (parts) => change(parts, resize), { expect: wrongLengthLater });
  },
};

const lacking = mustReject(['digest-alg-unsupported'], manifest('10'));
const lackingLater = mustReject(['digest-alg-unsupported'], manifest('10'), { level: 'installed' });

/** Uses an optional hash algorithm that the recipient does not have. */
export const unsupported: Attack<{ algorithm: number; place: 'manifest' | 'severed' }> = {
  id: 'digest.alg.unsupported',
  handle: 'D05',
  group: 'D',
  family: 'integrity',
  change: 'make a digest with an optional hash algorithm that the recipient lacks',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [lacking, lackingLater],
  on: { features: ['network', 'severed'] },
  choice: fc.record({
    algorithm: fc.constantFrom(-43, -44, -18, -45),
    place: fc.constantFrom('manifest', 'severed'),
  }),
  apply(scenario, { algorithm, place }) {
    if (scenario.needs.digests.includes(algorithm)) return undefined;
    if (place === 'manifest') {
      const digest = manifestDigest(scenario.release, algorithm);
      return lackingHash(
        withDigest(scenario, () => digest, { expect: lacking }),
        algorithm,
      );
    }
    const member = scenario.release.members.find(([key]) => isInt(key, envelopeKey.install))?.[1];
    if (member === undefined) return undefined;
    const digest = wrappedDigest(member, algorithm);
    const made = signedAnew(scenario, (parts) => severedDigest(parts, () => digest), {
      expect: lackingLater,
    });
    return lackingHash(made, algorithm);
  },
};

const filterOnly = shouldReject(['digest-alg-unsupported'], { doc: 'hash-algorithms', section: '3' });

/** Uses SHA-256/64, which only serves as a filter: the first eight bytes of SHA-256. */
export const weak: Attack<null> = {
  id: 'digest.alg.weak',
  handle: 'D06',
  group: 'D',
  family: 'integrity',
  change: 'make the manifest digest with SHA-256/64, a hash for filters only',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [filterOnly],
  choice: fc.constant(null),
  apply(scenario) {
    const full = digestOf(-16, write(wrapped(scenario.release.manifest)));
    return full && withDigest(scenario, () => array(int(-15), bstr(full.slice(0, 8))));
  },
};

const labels = {
  'sha-256': [-18, -16],
  shake128: [-16, -18],
  'sha-512': [-45, -44],
  shake256: [-44, -45],
  // For who reads 32 bits of it, this is SHA-256.
  far: [-16n - 2n ** 32n, -16],
} as const;

/** Labels the value of one hash algorithm with the identifier of another that makes as many bytes. */
export const mislabel: Attack<{ value: keyof typeof labels | 'text' }> = {
  id: 'digest.alg.mislabel',
  handle: 'D07',
  group: 'D',
  family: 'integrity',
  change:
    'label the value of one hash algorithm with another one, with a text, or with its own number plus 2^32',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [
    mustReject(['manifest-digest-mismatch', 'digest-malformed', 'digest-alg-unsupported'], manifest('10')),
  ],
  choice: fc.record({ value: fc.constantFrom('sha-256', 'shake128', 'sha-512', 'shake256', 'text', 'far') }),
  apply(scenario, { value }) {
    const [label, algorithm] = value === 'text' ? [undefined, -16] : labels[value];
    const bytes = digestOf(algorithm, write(wrapped(scenario.release.manifest)));
    const id = label === undefined ? tstr('sha-256') : int(label);
    return bytes && withDigest(scenario, () => array(id, bstr(bytes)));
  },
};

/** Lets items follow the bytes of the manifest's digest. */
export const extraItems: Attack<{ count: number }> = {
  id: 'digest.array.extra',
  handle: 'D08',
  group: 'D',
  family: 'integrity',
  change: 'put further items after the bytes in the manifest digest',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [eitherAnswer(['digest-malformed'], manifest('10'))],
  choice: fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
  apply: (scenario, { count }) =>
    withDigest(scenario, (digest) =>
      digest.kind === 'array'
        ? { ...digest, items: [...digest.items, ...Array.from({ length: count }, (_, i) => int(i))] }
        : digest,
    ),
};

/** The author signs a manifest digest of another form; everything else stays. */
export function withDigest(
  scenario: Scenario,
  change: (digest: Item) => Item,
  options: DeliverOptions = {},
): Attacked | undefined {
  if (scenario.signers.length === 0) return undefined;
  const digest = change(scenario.release.digest);
  if (equalBytes(write(digest), write(scenario.release.digest))) return undefined;
  return deliverEnvelope(scenario, sign({ ...scenario.release, digest }, scenario.signers), options);
}

/** The author changes the manifest and seals it; nothing where it would stay as it is. */
export function signedAnew(
  scenario: Scenario,
  change: (parts: EnvelopeParts) => EnvelopeParts,
  options: DeliverOptions,
): Attacked | undefined {
  const changed = change(scenario.release);
  if (scenario.signers.length === 0 || changed.manifest === scenario.release.manifest) return undefined;
  return deliverEnvelope(scenario, seal(changed, scenario.signers), options);
}

function imageDigest(parts: EnvelopeParts, change: (digest: Item) => Item): EnvelopeParts {
  return withParameter(parts, parameterKey.imageDigest, (value) => {
    const inner = unwrap(value, 'param-type', 'the image digest');
    return inner.ok ? wrapped(change(inner.value)) : value;
  });
}

export function severedDigest(parts: EnvelopeParts, change: (digest: Item) => Item): EnvelopeParts {
  const digest = valueAt(parts.manifest, manifestKey.install);
  if (digest === undefined || !isSectionSevered(parts, 'install')) return parts;
  return { ...parts, manifest: setMember(parts.manifest, manifestKey.install, change(digest)) };
}

export function withDigestBytes(digest: Item, change: (bytes: Uint8Array) => Uint8Array): Item {
  if (digest.kind !== 'array') return digest;
  const items = digest.items.map((item) => (item.kind === 'bstr' ? bstr(change(item.bytes)) : item));
  return { ...digest, items };
}

/** Control and attacked run on a recipient without this hash algorithm. */
function lackingHash(of: Attacked | undefined, algorithm: number): Attacked | undefined {
  const without = (recipient: Recipient): Recipient => {
    const digests = recipient.capabilities.digests.filter((id) => id !== algorithm);
    return { ...recipient, capabilities: { ...recipient.capabilities, digests } };
  };
  return (
    of && {
      ...of,
      control: { ...of.control, recipient: without(of.control.recipient) },
      attacked: { ...of.attacked, recipient: without(of.attacked.recipient) },
    }
  );
}
