/**
 * Attacks on the authentication wrapper: blocks taken away, added, repeated or misshapen, and recipients who
 * trust nobody or want more than one authority (draft-ietf-suit-manifest-37 §6.2, §8.3; RFC 9124 §4.3.11).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Item, int, map, nil, type Tag, tag, wrapped } from '../cbor/item.ts';
import { makeBlock } from '../cose/blocks.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { removeMember, setMember } from '../suit/edit.ts';
import { authenticationItem, type EnvelopeParts, signedBytes } from '../suit/parts.ts';
import { envelopeKey } from '../suit/registry.ts';
import { type AnyAttack, type Attack, inDimension } from './attack.ts';
import { alter, onDevice } from './deliver.ts';
import { signTwice, stripAuthority, stripRedundant } from './envelope-authorities.ts';
import { reframe } from './envelope-keys.ts';
import { all, eitherAnswer, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';

/** The envelope has no authentication wrapper. */
export const removeWrapper: Attack<null> = {
  id: 'env.auth.absent',
  handle: 'B01',
  group: 'B',
  family: 'malformed',
  change: 'remove key 2',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(mustRejectUnauthentic(['auth-missing'], manifest('8.3'))),
  choice: fc.constant(null),

  apply(scenario) {
    const key = envelopeKey.authenticationWrapper;
    return alter(scenario, (parts) => reframe(parts, (envelope) => removeMember(envelope, key)));
  },
};

/** The wrapper holds the digest and no authentication block. */
export const removeBlocks: Attack<null> = {
  id: 'env.auth.digest-only',
  handle: 'B02',
  group: 'B',
  family: 'malformed',
  change: 'drop every auth block of a root manifest',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(mustRejectUnauthentic(['auth-missing'], manifest('6.2'))),
  choice: fc.constant(null),

  apply(scenario) {
    return alter(scenario, (parts) => {
      const { extras: _extras, ...wrapper } = parts.wrapper;
      return parts.blocks.length === 0 ? undefined : { ...parts, wrapper, blocks: [] };
    });
  },
};

type Shape = 'empty' | 'no-digest' | 'bare-digest' | 'bare-block' | 'bare-list';

const nothingToCheck = mustRejectUnauthentic(['auth-malformed'], manifest('8.3'));
const unwrappedParts = shouldReject(['auth-malformed'], manifest('A'));

/** The wrapper lacks the digest, or a part of it lacks its byte string. */
export const misshapeWrapper: Attack<{ shape: Shape }> = {
  id: 'env.auth.shape',
  handle: 'B03',
  group: 'B',
  family: 'malformed',
  change: 'wrapper [] or without digest (MR); parts not bstr-wrapped (SR)',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(nothingToCheck, unwrappedParts),
  choice: fc.record({
    shape: fc.constantFrom<Shape>('empty', 'no-digest', 'bare-digest', 'bare-block', 'bare-list'),
  }),

  apply(scenario, { shape }) {
    const expect = shape === 'empty' || shape === 'no-digest' ? nothingToCheck : unwrappedParts;
    const change = (parts: EnvelopeParts) => {
      const key = envelopeKey.authenticationWrapper;
      return parts.blocks.length === 0
        ? undefined
        : reframe(parts, (envelope) => setMember(envelope, key, wrapperOf(shape, parts)));
    };
    return alter(scenario, change, { expect });
  },
};

function wrapperOf(shape: Shape, parts: EnvelopeParts): Item {
  const list = authenticationItem(parts);
  const [digest, ...blocks] = list.items as [Item, ...Item[]];
  switch (shape) {
    case 'empty':
      return wrapped(array());
    case 'no-digest':
      return wrapped({ ...list, items: blocks });
    case 'bare-digest':
      return wrapped({ ...list, items: [parts.digest, ...blocks] });
    case 'bare-block':
      return wrapped({ ...list, items: [digest, ...parts.blocks] });
    case 'bare-list':
      return list;
  }
}

type BlockType = 'map' | 'int' | 'encrypt0' | 'encrypt' | 'cwt';

/** The only authentication block is something that authenticates nothing here. */
export const replaceBlock: Attack<{ kind: BlockType }> = {
  id: 'env.auth.block-type',
  handle: 'B04',
  group: 'B',
  family: 'malformed',
  change: 'only block is COSE_Encrypt(0), CWT, map or int',
  by: 'untrusted-key',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(mustRejectUnauthentic(['cose-unsupported'], manifest('5.2'))),
  choice: fc.record({ kind: fc.constantFrom<BlockType>('map', 'int', 'encrypt0', 'encrypt', 'cwt') }),

  apply(scenario, { kind }) {
    return alter(scenario, (parts) => {
      const block = blockOf(kind, scenario, parts);
      return block && { ...parts, blocks: [block] };
    });
  },
};

function blockOf(kind: BlockType, scenario: Scenario, parts: EnvelopeParts): Item | undefined {
  const [stranger] = scenario.strangers;
  const protectedA128Gcm = wrapped(map([int(1), int(1)]));
  const iv = map([int(5), bstr(new Uint8Array(12))]);
  const ciphertext = bstr(new Uint8Array(32));
  const directRecipient = array(bstr(new Uint8Array(0)), map([int(1), int(-6)]), bstr(new Uint8Array(0)));
  switch (kind) {
    case 'map':
      return map();
    case 'int':
      return int(0);
    case 'encrypt0':
      return tag(16, array(protectedA128Gcm, iv, ciphertext));
    case 'encrypt':
      return tag(96, array(protectedA128Gcm, iv, nil, array(directRecipient)));
    case 'cwt':
      return stranger && tag(61, makeBlock(stranger, signedBytes(parts)));
  }
}

/** The same authentication block several times. */
export const repeatBlock: Attack<{ which: number; more: number }> = {
  id: 'env.auth.dup-block',
  handle: 'B05',
  group: 'B',
  family: 'malformed',
  change: 'identical block twice',
  by: 'outsider',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(shouldReject(['auth-malformed'], manifest('8.3'))),
  choice: fc.record({ which: fc.nat({ max: 3 }), more: fc.integer({ min: 1, max: 3 }) }),

  apply(scenario, { which, more }) {
    return alter(scenario, (parts) => {
      const block = parts.blocks[which % parts.blocks.length];
      return block && { ...parts, blocks: [...parts.blocks, ...Array<Item>(more).fill(block)] };
    });
  },
};

type Extra = 'unknown-key' | 'unsupported-algorithm' | 'corrupt';

/** Beside the good block stand others that cannot be verified. */
export const addBlock: Attack<{ kind: Extra; first: boolean; count: number }> = {
  id: 'env.auth.extra',
  handle: 'B08',
  group: 'B',
  family: 'malformed',
  change: 'good block plus one of unknown key, unsupported alg, or corrupt',
  by: 'outsider',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(eitherAnswer(['key-unknown'], manifest('8.3'))),
  choice: fc.record({
    kind: fc.constantFrom<Extra>('unknown-key', 'unsupported-algorithm', 'corrupt'),
    first: fc.boolean(),
    count: fc.integer({ min: 1, max: 3 }),
  }),

  apply(scenario, { kind, first, count }) {
    const made = alter(scenario, (parts) => {
      const block = parts.blocks.length === 0 ? undefined : extraBlock(kind, scenario, parts);
      if (block === undefined) return undefined;
      const extra = Array<Item>(count).fill(block);
      return { ...parts, blocks: first ? [...extra, ...parts.blocks] : [...parts.blocks, ...extra] };
    });
    return inDimension(made, `${kind}, ${count > 1 ? 'repeated' : 'once'}`);
  },
};

function extraBlock(kind: Extra, scenario: Scenario, parts: EnvelopeParts): Item | undefined {
  const [stranger] = scenario.strangers;
  const rs1 = -65535;
  switch (kind) {
    case 'unknown-key':
      return stranger && makeBlock(stranger, signedBytes(parts));
    case 'unsupported-algorithm':
      return tag(18, array(wrapped(map([int(1), int(rs1)])), map(), nil, bstr(new Uint8Array(256))));
    case 'corrupt':
      return corrupted(parts.blocks[0]);
  }
}

/** The block with one bit of its signature or tag flipped. */
function corrupted(block: Item | undefined): Tag | undefined {
  if (block?.kind !== 'tag' || block.item.kind !== 'array') return undefined;
  const at = block.item.items.length - 1;
  const signature = block.item.items[at];
  if (signature?.kind !== 'bstr' || signature.bytes.length === 0) return undefined;
  const flipped = { ...signature, bytes: signature.bytes.with(0, (signature.bytes[0] as number) ^ 1) };
  return { ...block, item: { ...block.item, items: block.item.items.with(at, flipped) } };
}

/** The recipient trusts no key, or none that may answer for a manifest. */
export const removeAnchors: Attack<{ which: 'none' | 'other-role' | 'qualifier' }> = {
  id: 'env.auth.no-anchor',
  handle: 'B18',
  group: 'B',
  family: 'malformed',
  change: 'no anchor, or none with the role or verify right',
  by: 'device',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: all(mustReject(['key-unknown'], manifest('6.2'))),
  choice: fc.record({ which: fc.constantFrom('none' as const, 'other-role' as const, 'qualifier' as const) }),

  apply(scenario, { which }) {
    return onDevice(scenario, (recipient) => {
      // Beside an author, one who qualifies counts; alone, not.
      if (which === 'qualifier' && recipient.policy.kind !== 'any') return undefined;
      const roles = [which === 'qualifier' ? ('qualifier' as const) : ('distributor' as const)];
      const demoted = recipient.anchors.map((anchor) => ({ ...anchor, roles }));
      return { ...recipient, anchors: which === 'none' ? [] : demoted };
    });
  },
};

/** Rows B01 to B09 and B18 of the catalogue. */
export const envelopeAuthenticationAttacks: readonly AnyAttack[] = [
  removeWrapper,
  removeBlocks,
  misshapeWrapper,
  replaceBlock,
  repeatBlock,
  signTwice,
  stripAuthority,
  addBlock,
  stripRedundant,
  removeAnchors,
];
