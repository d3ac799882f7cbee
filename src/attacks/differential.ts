/**
 * Attacks on readers that take one thing for another, where two parsers would differ (draft §7.5, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type CborMap, type Item, int, isInt, map, tstr, valueAt } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { write } from '../cbor/write.ts';
import { controlOf } from '../scenarios/scenario.ts';
import { wrappedDigest } from '../suit/build.ts';
import { manifest } from '../suit/clause.ts';
import { setMember } from '../suit/edit.ts';
import { digestAlgorithm, type EnvelopeParts } from '../suit/parts.ts';
import { envelopeKey, manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { fails } from './command-items.ts';
import { alter, attacked, fetchedImages, judge, reissue } from './deliver.ts';
import { narrowNumber, nullMember, secondItem, twoMeanings } from './differential-manifest.ts';
import { mustAccept, mustRejectUnauthentic } from './expectation.ts';

/** Adds an unused payload whose key is the text of one of the envelope's integer keys. */
export const textKey: Attack<{ key: 2 | 3 | 16 | 20 | 23 }> = {
  id: 'diff.key.text',
  handle: 'S10',
  group: 'S',
  family: 'toctou',
  change: 'add an integrated payload whose key is the text of an integer key of the envelope',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [mustAccept(manifest('A'))],
  choice: fc.record({ key: fc.constantFrom<2 | 3 | 16 | 20 | 23>(3, 2, 16, 20, 23) }),
  apply: (scenario, { key }) =>
    alter(scenario, (parts) => withMember(parts, tstr(String(key)), bstr(write(array(...fails))))),
};

type Reencoding = 'wide' | 'order' | 'indefinite';

const reencodings: Readonly<Record<Reencoding, (map: CborMap) => CborMap>> = {
  wide: (map) => ({ ...map, width: 1 }),
  order: (map) => ({ ...map, entries: map.entries.toReversed() }),
  indefinite: (map) => ({ ...map, indefinite: true }),
};

/** The manifest says the same in other bytes, and nobody has signed those. */
export const reencode: Attack<{ form: Reencoding }> = {
  id: 'diff.reencode',
  handle: 'S18',
  group: 'S',
  family: 'toctou',
  change: 'manifest bytes replaced by another encoding of the same items, digest and signature kept',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.USE.PARSE'],
  expects: [mustRejectUnauthentic(['manifest-digest-mismatch'], manifest('8.3'))],
  choice: fc.record({ form: fc.constantFrom<Reencoding>('wide', 'order', 'indefinite') }),
  apply: (scenario, { form }) =>
    alter(scenario, (parts) => ({ ...parts, manifest: reencodings[form](parts.manifest) })),
};

type SameMeaning = 'severed' | 'blocks' | 'payload';

/** An element moved between manifest and envelope, the blocks in another order, or a payload in the envelope. */
export const sameMeaning: Attack<{ form: SameMeaning }> = {
  id: 'diff.same-meaning',
  handle: 'S14',
  group: 'S',
  family: 'toctou',
  change: 'same meaning, other form: severed or not, blocks permuted, integrated or fetched',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [mustAccept(manifest('6.3'))],
  on: { features: ['network', 'update', 'both-sign'] },
  choice: fc.record({ form: fc.constantFrom<SameMeaning>('severed', 'blocks', 'payload') }),
  apply(scenario, { form }) {
    if (form === 'severed') return reissue(scenario, (parts) => movedInstall(parts), { event: 'update' });
    if (form === 'blocks') {
      const isOrdered = scenario.release.blocks.length > 1;
      return isOrdered
        ? alter(scenario, (parts) => ({ ...parts, blocks: parts.blocks.toReversed() }), { event: 'update' })
        : undefined;
    }
    const [image] = fetchedImages(scenario);
    return (
      image &&
      alter(scenario, (parts) => withMember(parts, tstr(image.uri), bstr(image.bytes)), { event: 'update' })
    );
  },
};

/** The install sequence severed where it is inline, or inline where it is severed (draft §8.6). */
function movedInstall(parts: EnvelopeParts): EnvelopeParts | undefined {
  const inManifest = valueAt(parts.manifest, manifestKey.install);
  const inEnvelope = parts.members.find(([key]) => isInt(key, envelopeKey.install));
  if (inManifest === undefined) return undefined;
  const put = (value: Item) => setMember(parts.manifest, manifestKey.install, value);
  if (inManifest.kind !== 'array') {
    const digest = wrappedDigest(inManifest, digestAlgorithm(parts));
    return withMember({ ...parts, manifest: put(digest) }, int(envelopeKey.install), inManifest);
  }
  if (inEnvelope === undefined) return undefined;
  const members = parts.members.filter((member) => member !== inEnvelope);
  return { ...parts, manifest: put(inEnvelope[1]), members };
}

function withMember(parts: EnvelopeParts, key: Item, value: Item): EnvelopeParts {
  return { ...parts, members: sortEntries(map(...parts.members, [key, value])).entries };
}

/** Nothing has changed between two boots, so nothing may be different in the second. */
export const repeated: Attack<{ more: number }> = {
  id: 'diff.repeat',
  handle: 'S15',
  group: 'S',
  family: 'toctou',
  change: 'same scenario twice from fresh: same verdict, state, steps',
  by: 'network',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [mustAccept(manifest('6.3'), { prohibits: [{ kind: 'other-steps' }] })],
  on: { features: ['boot'] },
  choice: fc.record({ more: fc.nat({ max: 2 }) }),
  apply(scenario, { more }) {
    const control = controlOf(scenario, 'boot');
    const [boot] = control?.steps ?? [];
    if (!control || !boot) return undefined;
    const again = Array.from({ length: 1 + (more % 3) }, () => judge(boot));
    return attacked(control, { recipient: control.recipient, steps: [boot, ...again] });
  },
};

export const differentialAttacks: readonly AnyAttack[] = [
  textKey,
  twoMeanings,
  secondItem,
  nullMember,
  narrowNumber,
  sameMeaning,
  repeated,
  reencode,
];
