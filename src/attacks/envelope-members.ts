/**
 * Attacks on the envelope's frame: its tag, its members, their keys and their order
 * (draft-ietf-suit-manifest-37 §8.1, §8.2, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import {
  array,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  map,
  nil,
  tag,
  tstr,
  type Width,
  wrapped,
} from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { wrappedDigest } from '../suit/build.ts';
import { manifest } from '../suit/clause.ts';
import { removeMember, setMember, withCommon } from '../suit/edit.ts';
import { assemble, digestAlgorithm, type EnvelopeParts, encode, sign } from '../suit/parts.ts';
import { commandCode, envelopeKey, parameterKey, suitTag } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { alter, deliverEnvelope, reissue } from './deliver.ts';
import {
  all,
  eitherAnswer,
  mustReject,
  mustRejectUnauthentic,
  shouldReject,
} from './encoding-expectation.ts';

/** The envelope's bytes with its map changed under the same tags; nothing is resealed. */
export function reframe(parts: EnvelopeParts, change: (envelope: CborMap) => CborMap): Uint8Array {
  const envelope = change(assemble({ ...parts, tags: [] }) as CborMap);
  return write(parts.tags.reduceRight<Item>((item, head) => ({ kind: 'tag', ...head, item }), envelope));
}

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
    const changed = (parts: EnvelopeParts, bytes: Uint8Array) => {
      const reordered = reframe(parts, (e) => ({ ...e, entries: inOrder(order, e.entries) }));
      return equalBytes(reordered, bytes) ? undefined : reordered;
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

const planted = 'https://attacker.example/unknown-member';

/** A member of the envelope that no registry knows, with commands in it that must not be run. */
export const addUnknownMember: Attack<{ key: string }> = {
  id: 'env.key.unknown',
  handle: 'B15',
  group: 'B',
  family: 'malformed',
  change: 'unassigned integer key in envelope; ⊘ any effect',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: [],
  expects: all(
    eitherAnswer(['unknown-envelope-key'], manifest('A'), { prohibits: [{ kind: 'fetch', uri: planted }] }),
  ),
  // Keys that extensions of the manifest define are left out: they are not unknown to everybody.
  choice: fc.record({
    key: fc.constantFrom(
      '30',
      '0',
      '4',
      '5',
      '10',
      '12',
      '24',
      '255',
      '65536',
      '4294967296',
      '-1',
      '-25',
      '-4294967297',
    ),
  }),

  apply(scenario, { key }) {
    const number = BigInt(key);
    return alter(scenario, (parts) => {
      if (parts.members.some(([k]) => isInt(k, number))) return undefined;
      return reframe(parts, (envelope) => setMember(envelope, number, plantedSequence()));
    });
  },
};

function plantedSequence(): Item {
  const parameters = map([int(parameterKey.uri), tstr(planted)]);
  return wrapped(
    array(
      ...[int(commandCode.setComponentIndex), int(0)],
      ...[int(commandCode.overrideParameters), parameters],
      ...[int(commandCode.fetch), int(15)],
    ),
  );
}

/** A member of the signed manifest, or of its common part, that no registry knows. */
export const addUnknownManifestMember: Attack<{ place: 'manifest' | 'common'; key: string }> = {
  id: 'env.key.unknown-manifest',
  handle: 'B16',
  group: 'B',
  family: 'malformed',
  change: 'unassigned key (or 0) in signed manifest or common',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(eitherAnswer(['unknown-critical-key'], manifest('A'))),
  choice: fc.record({
    place: fc.constantFrom('manifest' as const, 'common' as const),
    key: fc.constantFrom('30', '0', '10', '100', '65536', '4294967296', '-1', '-257'),
  }),

  apply(scenario, { place, key }) {
    const add = (container: CborMap) =>
      container.entries.some(([k]) => isInt(k, BigInt(key)))
        ? container
        : setMember(container, BigInt(key), int(0));
    return reissue(scenario, (parts) => {
      const changed = place === 'manifest' ? add(parts.manifest) : withCommon(parts.manifest, add);
      const made = { ...parts, manifest: changed };
      return equalBytes(encode(made), encode(parts)) ? undefined : made;
    });
  },
};

type NoString = 'text' | 'array' | 'tag' | 'int' | 'nil';

/** The value of an integrated payload is no byte string. */
export const misshapePayload: Attack<{ payload: number; type: NoString }> = {
  id: 'env.payload.nonbstr',
  handle: 'B17',
  group: 'B',
  family: 'malformed',
  change: 'integrated payload value not a bstr',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PAYLOAD'],
  expects: all(shouldReject(['envelope-structure'], manifest('7.5'), { level: 'installed' })),
  on: { features: ['integrated', 'update'] },
  choice: fc.record({
    payload: fc.nat({ max: 7 }),
    type: fc.constantFrom<NoString>('text', 'array', 'tag', 'int', 'nil'),
  }),

  apply(scenario, { payload, type }) {
    return alter(scenario, (parts) => {
      const payloads = parts.members.filter(([key, value]) => key.kind === 'tstr' && value.kind === 'bstr');
      const chosen = payloads[payload % payloads.length];
      if (chosen === undefined) return undefined;
      const members = parts.members.map((e): Entry => (e === chosen ? [e[0], ofType(type, e[1])] : e));
      return { ...parts, members };
    });
  },
};

function ofType(type: NoString, payload: Item): Item {
  switch (type) {
    case 'text':
      return tstr('payload');
    case 'array':
      return array(payload);
    case 'tag':
      return tag(24, payload);
    case 'int':
      return int(0);
    case 'nil':
      return nil;
  }
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
