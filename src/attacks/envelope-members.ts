/**
 * Attacks on the envelope's frame: its tag, its members, their keys and their order
 * (draft-ietf-suit-manifest-37 §8.1, §8.2, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { type CborMap, type Entry, type Item, tag, type Width, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { wrappedDigest } from '../suit/build.ts';
import { manifest } from '../suit/clause.ts';
import { removeMember, setMember } from '../suit/edit.ts';
import { digestAlgorithm, type EnvelopeParts, encode, sign } from '../suit/parts.ts';
import { envelopeKey, suitTag } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { alter, deliverEnvelope } from './deliver.ts';
import { addUnknownManifestMember, addUnknownMember, misshapePayload, reframe } from './envelope-keys.ts';
import { all, eitherAnswer, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';

const noManifest = mustRejectUnauthentic(['envelope-structure'], manifest('8.3'));
const bareAsOutsider = mustRejectUnauthentic(['envelope-structure'], manifest('A'));
const bareAsAuthor = mustReject(['envelope-structure'], manifest('A'));

/** The envelope has no manifest, or one that is no byte string; the author's digest is over what stands there. */
export const misshapeManifest: Attack<{ form: 'absent' | 'bare' | 'bare-signed' }> = {
  id: 'env.manifest.shape',
  handle: 'B10',
  group: 'B',
  family: 'malformed',
  change: 'key 3 absent, or a bare map',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE', 'REQ.SEC.AUTHENTIC'],
  expects: all(noManifest, bareAsOutsider, bareAsAuthor),
  choice: fc.record({ form: fc.constantFrom('absent' as const, 'bare' as const, 'bare-signed' as const) }),

  apply(scenario, { form }) {
    if (form === 'absent') {
      return alter(scenario, (parts) => reframe(parts, (e) => removeMember(e, envelopeKey.manifest)), {
        expect: noManifest,
      });
    }
    if (form === 'bare') {
      return alter(scenario, (parts) => withManifestMember(parts, parts.manifest), {
        expect: bareAsOutsider,
      });
    }
    return signManifestMember(scenario, (map) => map, bareAsAuthor);
  },
};

function withManifestMember(parts: EnvelopeParts, member: Item): Uint8Array {
  return reframe(parts, (envelope) => setMember(envelope, envelopeKey.manifest, member));
}

/** As the author: another member 3, under a digest over its encoding. */
function signManifestMember(
  scenario: Scenario,
  memberFor: (manifest: CborMap) => Item,
  expect: Expectation,
): Attacked | undefined {
  if (scenario.signers.length === 0) return undefined;
  const member = memberFor(scenario.release.manifest);
  const digest = wrappedDigest(member, digestAlgorithm(scenario.release));
  const signed = sign({ ...scenario.release, digest }, scenario.signers);
  return deliverEnvelope(scenario, withManifestMember(signed, member), { expect });
}

/** A manifest by itself, which nobody has signed. */
export const deliverBareManifest: Attack<null> = {
  id: 'env.bare-manifest',
  handle: 'B11',
  group: 'B',
  family: 'malformed',
  change: 'tag-1070 manifest with no envelope',
  by: 'untrusted-key',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(mustRejectUnauthentic(['auth-missing', 'wrong-tag'], manifest('6.2'))),
  choice: fc.constant(null),

  apply(scenario) {
    return alter(scenario, (parts) => write(tag(suitTag.manifest, parts.manifest)));
  },
};

type Order = 'manifest-first' | 'wrapper-last' | 'members-first' | 'members-reversed';

const frameOrder = shouldReject(['envelope-order'], manifest('8.3'));
const memberOrder = shouldReject(['envelope-order'], manifest('8.1'));

/** The members of the envelope in another order than the canonical one. */
export const reorderMembers: Attack<{ order: Order }> = {
  id: 'env.order',
  handle: 'B12',
  group: 'B',
  family: 'malformed',
  change: 'wrapper after manifest, or other members unsorted',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(frameOrder, memberOrder),
  choice: fc.record({
    order: fc.constantFrom<Order>('manifest-first', 'wrapper-last', 'members-first', 'members-reversed'),
  }),

  apply(scenario, { order }) {
    const expect = order === 'members-reversed' || order === 'members-first' ? memberOrder : frameOrder;
    const changed = (parts: EnvelopeParts) => {
      const reordered = reframe(parts, (e) => ({ ...e, entries: inOrder(order, e.entries) }));
      return equalBytes(reordered, encode(parts)) ? undefined : reordered;
    };
    return alter(scenario, changed, { expect });
  },
};

function inOrder(order: Order, entries: readonly Entry[]): readonly Entry[] {
  const [wrapper, manifest, ...members] = entries as [Entry, Entry, ...Entry[]];
  switch (order) {
    case 'manifest-first':
      return [manifest, wrapper, ...members];
    case 'wrapper-last':
      return [manifest, ...members, wrapper];
    case 'members-first':
      return [...members, wrapper, manifest];
    case 'members-reversed':
      return [wrapper, manifest, ...members.toReversed()];
  }
}

/** The envelope without its tag, or the manifest in its byte string with one. */
export const moveTag: Attack<{ which: 'envelope-untagged' | 'manifest-tagged' }> = {
  id: 'env.tag.none',
  handle: 'B13',
  group: 'B',
  family: 'malformed',
  change: 'envelope without tag 107; manifest with tag 1070 inside',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(eitherAnswer(['wrong-tag'], manifest('A'))),
  choice: fc.record({ which: fc.constantFrom('envelope-untagged' as const, 'manifest-tagged' as const) }),

  apply(scenario, { which }) {
    if (which === 'manifest-tagged') {
      return signManifestMember(scenario, (m) => wrapped(tag(suitTag.manifest, m)), this.expects[0]);
    }
    return alter(scenario, (parts) => (parts.tags.length === 0 ? undefined : { ...parts, tags: [] }));
  },
};

const otherTag = shouldReject(['wrong-tag'], manifest('A'));
const wideTag = eitherAnswer(['wrong-tag'], manifest('A'));

type TagChange = { kind: 'other'; tag: number } | { kind: 'twice' } | { kind: 'wide'; width: 2 | 4 | 8 };

/** Another tag on the envelope, the right one twice, or the right one in a longer head. */
export const changeTag: Attack<TagChange> = {
  id: 'env.tag.wrong',
  handle: 'B14',
  group: 'B',
  family: 'malformed',
  change: 'other tag or 107 twice (SR); wide tag head (PD)',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(otherTag, wideTag),
  choice: fc.oneof(
    fc.record({
      kind: fc.constant('other' as const),
      tag: fc.constantFrom(108, 106, suitTag.manifest, 18, 61),
    }),
    fc.record({ kind: fc.constant('twice' as const) }),
    fc.record({ kind: fc.constant('wide' as const), width: fc.constantFrom<2 | 4 | 8>(2, 4, 8) }),
  ),

  apply(scenario, choice) {
    const expect = choice.kind === 'wide' ? wideTag : otherTag;
    const isUsual = scenario.release.tags.length === 1;
    return isUsual
      ? alter(scenario, (parts) => ({ ...parts, tags: tagsFor(choice) }), { expect })
      : undefined;
  },
};

function tagsFor(choice: TagChange): EnvelopeParts['tags'] {
  const right = { tag: BigInt(suitTag.envelope) };
  if (choice.kind === 'twice') return [right, right];
  if (choice.kind === 'other') return [{ tag: BigInt(choice.tag) }];
  return [{ ...right, width: choice.width satisfies Width }];
}

/** Rows B10 to B17 of the catalogue. */
export const envelopeMemberAttacks: readonly AnyAttack[] = [
  misshapeManifest,
  deliverBareManifest,
  reorderMembers,
  moveTag,
  changeTag,
  addUnknownMember,
  addUnknownManifestMember,
  misshapePayload,
];
