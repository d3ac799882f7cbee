/**
 * Attacks on structures of several signatures or recipients, and on hash-based signatures (RFC 9052 §4.1, §6.1,
 * §8.5; RFC 8554; draft-ietf-suit-mti §3.6).
 *
 * @module
 */
import fc from 'fast-check';
import { concat } from '../cbor/hex.ts';
import { array, bstr, type Item, int, map, wrapped } from '../cbor/item.ts';
import { coseTags, headerLabels, makeBlocks, makeSign, type Signer } from '../cose/blocks.ts';
import { deviceKek } from '../cose/test-keys.ts';
import type { Recipient, TrustAnchor } from '../device/recipient.ts';
import { before, step } from '../scenarios/scenario.ts';
import { type EnvelopeParts, encode, signedBytes } from '../suit/parts.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { boundRightly, withKeys } from './cose-algorithm.ts';
import { alterBlocks, withField } from './cose-change.ts';
import { shared } from './cose-header.ts';
import { alter, attacked, defaultEvent } from './deliver.ts';
import { eitherAnswer, mustAccept, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';
import { twins } from './twin.ts';

const emptyString = bstr(new Uint8Array(0));

/** The blocks of one COSE structure changed in one element; undefined where there are none. */
function alterElement(
  parts: EnvelopeParts,
  structure: keyof typeof coseTags,
  at: number,
  change: (element: Item) => Item | undefined,
): EnvelopeParts | undefined {
  let isChanged = false;
  const blocks = parts.blocks.map((block): Item => {
    if (block.kind !== 'tag' || block.tag !== BigInt(coseTags[structure])) return block;
    const element = block.item.kind === 'array' ? block.item.items[at] : undefined;
    const next = element && change(element);
    if (block.item.kind !== 'array' || next === undefined) return block;
    isChanged = true;
    return { ...block, item: { ...block.item, items: block.item.items.with(at, next) } };
  });
  return isChanged ? { ...parts, blocks } : undefined;
}

/** Sends the empty protected header of a COSE_Sign's body in its other form. */
export const emptyBodyHeader: Attack<null> = {
  ...shared,
  violates: ['REQ.USE.PARSE'],
  id: 'cose.hdr.protected-empty',
  handle: 'C29',
  change: "the empty body protected header of a COSE_Sign sent as h'a0'",
  by: 'outsider',
  expects: [mustAccept({ doc: 'cose', section: '3' })],
  on: { features: ['sign'] },
  choice: fc.constant(null),

  apply(scenario) {
    const emptyMap = bstr(Uint8Array.of(0xa0));
    const isEmpty = (header: Item) => header.kind === 'bstr' && header.bytes.length === 0;
    return alter(scenario, (parts) =>
      alterElement(parts, 'sign', 0, (header) => (isEmpty(header) ? emptyMap : undefined)),
    );
  },
};

/** Puts signatures of strangers into the COSE_Sign of the author. */
export const mixSignatures: Attack<{ count: number; first: boolean }> = {
  ...shared,
  violates: ['REQ.USE.MFST.MULTI_AUTH'],
  id: 'cose.sign.mixed',
  handle: 'C33',
  change: 'COSE_Sign with the trusted signatures and those of strangers',
  by: 'outsider',
  expects: [eitherAnswer(['sig-invalid'], { doc: 'manifest', section: '8.3' })],
  on: { features: ['sign'] },
  choice: fc.record({ count: fc.integer({ min: 1, max: 4 }), first: fc.boolean() }),

  apply(scenario, { count, first }) {
    const stranger = scenario.strangers.find(({ structure }) => structure === 'sign');
    if (stranger === undefined) return undefined;
    const signers = Array.from({ length: count }, (_, i): Signer => {
      return { ...stranger, kid: Uint8Array.of(i), kidIn: 'unprotected' };
    });
    const foreign = signaturesOf(makeSign(signers, signedBytes(scenario.release)));
    return alter(scenario, (parts) =>
      alterElement(parts, 'sign', 3, (list) =>
        list.kind === 'array'
          ? { ...list, items: first ? [...foreign, ...list.items] : [...list.items, ...foreign] }
          : undefined,
      ),
    );
  },
};

function signaturesOf(block: Item): readonly Item[] {
  const list = block.kind === 'tag' && block.item.kind === 'array' ? block.item.items[3] : undefined;
  return list?.kind === 'array' ? list.items : [];
}

/** Both runs on a recipient that has a wrapping key for encrypted payloads too. */
export const reuseWrappingKey: Attack<{ kid: boolean }> = {
  ...shared,
  id: 'cose.mac.kek-reuse',
  handle: 'C35',
  change: 'MAC key wrapped by a key of the recipient whose role is decryption only',
  by: 'lesser-rights',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS'],
  expects: [mustReject(['key-usage', 'key-unknown'], { doc: 'information-model', section: '4.3.11' })],
  choice: fc.record({ kid: fc.boolean() }),

  apply(scenario, { kid }) {
    const found = before(scenario, defaultEvent(scenario));
    if (found === undefined) return undefined;
    const decrypting: TrustAnchor = {
      ...(deviceKek.kid && { kid: deviceKek.kid }),
      key: deviceKek,
      algorithms: [-3, 5],
      // It authenticates nobody: so many rights, and no others (RFC 9124 §4.3.11).
      roles: [],
    };
    const recipient: Recipient = { ...found.recipient, anchors: [...found.recipient.anchors, decrypting] };
    const signer: Signer = {
      key: deviceKek,
      algorithm: 5,
      structure: 'mac',
      wraps: true,
      ...(kid && { kidIn: 'unprotected' }),
    };
    const blocks = makeBlocks([signer], signedBytes(scenario.release));
    const envelope = encode({ ...scenario.release, blocks });
    const delivery = { ...found.delivery.delivery, envelope };
    return attacked(
      { recipient, steps: [step(found.delivery)] },
      { recipient, steps: [{ ...step(found.delivery, 'judged'), delivery }] },
    );
  },
};

type Malformation = 'levels' | 'leaf' | 'leaf-range' | 'ots-type' | 'cut' | 'longer';

/** Contradicts the key in the fields that an HSS/LMS signature begins with, or in its length. */
export const malformHssSignature: Attack<{ form: Malformation; value: number }> = {
  ...shared,
  id: 'cose.hsslms.malformed',
  handle: 'C36',
  change: 'HSS/LMS level count, type code, leaf index or length inconsistent',
  by: 'outsider',
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'mti', section: '3.6' })],
  on: { features: ['hsslms'] },
  choice: fc.record({
    form: fc.constantFrom<Malformation>('levels', 'leaf', 'leaf-range', 'ots-type', 'cut', 'longer'),
    value: fc.nat({ max: 255 }),
  }),

  apply(scenario, { form, value }) {
    if (scenario.signers.some(({ algorithm }) => algorithm !== -46)) return undefined;
    return alterBlocks(scenario, (block, { signature }) =>
      withField(block, 3, bstr(malformed(signature, form, value))),
    );
  },
};

/** RFC 8554 §6.2: u32 levels − 1, then of the highest tree u32 leaf, u32 one-time type, … */
function malformed(signature: Uint8Array, form: Malformation, value: number): Uint8Array {
  const changed = (at: number, by: number) => signature.with(at, ((signature[at] as number) + by) & 0xff);
  switch (form) {
    case 'levels':
      return changed(value % 4, 1 + (value % 7));
    case 'leaf':
      return changed(7, 1 + (value % 31));
    case 'leaf-range':
      return changed(4 + (value % 3), 1);
    case 'ots-type':
      return changed(11, 1 + (value % 255));
    case 'cut':
      return signature.subarray(0, (signature.length * value) >> 8);
    case 'longer':
      return concat(signature, new Uint8Array(1 + value));
  }
}

/** Adds a recipient of the MAC's key that this device cannot use. */
export const addRecipient: Attack<{ algorithm: number; kid: boolean; first: boolean }> = {
  ...shared,
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.USE.PARSE'],
  id: 'cose.mac.recipients',
  handle: 'C38',
  change: 'unusable recipient beside a good A128KW one',
  by: 'outsider',
  expects: [mustAccept({ doc: 'cose', section: '8.5.2' })],
  on: { features: ['mac-wrapped'] },
  choice: fc.record({
    // A192KW, A256KW, and A128KW for another device.
    algorithm: fc.constantFrom(-4, -5, -3),
    kid: fc.boolean(),
    first: fc.boolean(),
  }),

  apply(scenario, { algorithm, kid, first }) {
    const headers = map(
      [int(headerLabels.alg), int(algorithm)],
      ...(kid ? ([[int(headerLabels.kid), bstr(Uint8Array.of(0xee))]] as const) : []),
    );
    const useless = array(emptyString, headers, bstr(new Uint8Array(40).fill(0x11)));
    return alter(scenario, (parts) =>
      alterElement(parts, 'mac', 4, (list) =>
        list.kind === 'array'
          ? { ...list, items: first ? [useless, ...list.items] : [...list.items, useless] }
          : undefined,
      ),
    );
  },
};

type RecipientForm = 'beside' | 'ciphertext' | 'nested' | 'protected';

/** Gives the recipient of a MAC's key what one of its kind must not have; the key is the right one all the same. */
export const recipientForm: Attack<{ form: RecipientForm; first: boolean }> = {
  ...shared,
  id: 'cose.mac.recipient-form',
  handle: 'C39',
  change:
    'a direct recipient with another beside it, a ciphertext or recipients of its own; a protected header filled',
  by: 'outsider',
  expects: [shouldReject(['auth-malformed', 'key-usage'], { doc: 'cose', section: '8.5.1' })],
  on: { features: ['mac'] },
  choice: fc.record({
    form: fc.constantFrom<RecipientForm>('beside', 'ciphertext', 'nested', 'protected'),
    first: fc.boolean(),
  }),

  apply(scenario, { form, first }) {
    // No other block may be left that authenticates it all the same.
    if (scenario.signers.some(({ structure }) => structure !== 'mac')) return undefined;
    return alter(scenario, (parts) =>
      alterElement(parts, 'mac', 4, (list) => {
        const own = list.kind === 'array' ? list.items[0] : undefined;
        const isWrapped =
          own?.kind === 'array' && own.items[2]?.kind === 'bstr' && own.items[2].bytes.length > 0;
        if (own?.kind !== 'array') return undefined;
        const [, headers = map()] = own.items;
        switch (form) {
          case 'beside': {
            const other = array(emptyString, map([int(headerLabels.alg), int(-6)]), emptyString);
            return isWrapped ? undefined : array(...(first ? [other, own] : [own, other]));
          }
          case 'ciphertext':
            return isWrapped ? undefined : array(array(emptyString, headers, bstr(new Uint8Array(24))));
          case 'nested':
            return array(array(...own.items, array(array(emptyString, map(), emptyString))));
          case 'protected':
            return array(array(wrapped(headers), ...own.items.slice(1)));
        }
      }),
    );
  },
};

/** The key that wraps may be used for something else alone. */
export const wrappingKeyBound: Attack<{ by: 'alg' | 'wrap' | 'mac' }> = {
  ...shared,
  id: 'cose.mac.kek-bound',
  handle: 'C40',
  change: "alg or key_ops of every anchor's key forbid unwrapping, which they allow in the control",
  by: 'author',
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.SEC.RIGHTS'],
  expects: [mustReject(['key-usage'], { doc: 'cose', section: '7.1' })],
  on: { features: ['mac-wrapped'] },
  choice: fc.record({ by: fc.constantFrom('alg' as const, 'wrap' as const, 'mac' as const) }),
  apply(scenario, { by }) {
    if (scenario.signers.length === 0) return undefined;
    // A256KW; wrap key is the sender's side, MAC verify another use (RFC 9052 table 5).
    const other = { alg: { alg: -5 }, wrap: { keyOps: [5] }, mac: { keyOps: [10] } }[by];
    return twins(scenario, {
      recipient: (recipient) => withKeys(recipient, (key) => boundRightly(scenario, key, by)),
      attacked: {
        recipient: (recipient) => withKeys(recipient, (key) => ({ ...key, ...other })),
      },
    });
  },
};

/** Rows C29, C33, C35, C36 and C38 to C40 of the catalogue. */
export const coseSeveralAttacks: readonly AnyAttack[] = [
  emptyBodyHeader,
  mixSignatures,
  reuseWrappingKey,
  malformHssSignature,
  addRecipient,
  recipientForm,
  wrappingKeyBound,
];
