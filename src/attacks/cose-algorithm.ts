/**
 * Attacks on the choice of the algorithm and on the key it is used with (RFC 9052 §3, §7.1; draft-ietf-suit-mti).
 *
 * @module
 */
import fc from 'fast-check';
import { concat, fromHex } from '../cbor/hex.ts';
import { bstr, type CborMap, type Item, int, isInt, map, nil, tstr, valueAt } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { fitsKey, recipientAlgorithms } from '../cose/algorithms.ts';
import { headerLabels, headerMap, makeBlock, type Signer } from '../cose/blocks.ts';
import { type CoseKey, publicOf, sameKey } from '../cose/key.ts';
import { coseKeyItem } from '../cose/key-forms.ts';
import { authorP384 } from '../cose/test-keys.ts';
import type { Delivery } from '../device/delivery.ts';
import type { Recipient } from '../device/recipient.ts';
import { before, type Scenario, step } from '../scenarios/scenario.ts';
import { encode, signedBytes } from '../suit/parts.ts';
import type { AnyAttack, Attack, Attacked } from './attack.ts';
import { algorithmOf, alterBlocks, type BlockFields, remakeBlocks, withField } from './cose-change.ts';
import { afterDelivering, attacked, type DeliverOptions, defaultEvent } from './deliver.ts';
import { eitherAnswer, mustReject, mustRejectUnauthentic, shouldReject } from './expectation.ts';
import { twins } from './twin.ts';

/** The usual protected header with this algorithm, or with none. */
function headerWith(signer: Signer, alg?: Item): CborMap {
  const { entries } = headerMap(signer);
  const others = entries.filter(([key]) => !isInt(key, headerLabels.alg));
  return alg === undefined ? map(...others) : map([int(headerLabels.alg), alg], ...others);
}

const shared = { group: 'C', family: 'downgrade', threats: [], violates: ['REQ.SEC.AUTHENTIC'] } as const;

/** Names the algorithm where nothing protects it. */
export const algorithmUnprotected: Attack<null> = {
  ...shared,
  id: 'cose.alg.unprotected-only',
  handle: 'C12',
  change: 'alg only in the unprotected header, signed so',
  by: 'author',
  expects: [shouldReject(['alg-disallowed'], { doc: 'cose', section: '3.1' })],
  choice: fc.constant(null),
  apply: (scenario) =>
    remakeBlocks(scenario, scenario.signers, (signer) => {
      const kid = signer.kidIn === 'unprotected' ? (signer.kid ?? signer.key.kid) : undefined;
      const alg: [Item, Item] = [int(headerLabels.alg), int(signer.algorithm)];
      const unprotected = kid ? map(alg, [int(headerLabels.kid), bstr(kid)]) : map(alg);
      return { protected: headerWith(signer), unprotected };
    }),
};

const conflicting = [-7, -8, -9, -19, 5, 4, 0, -65536] as const;

/** Adds a second algorithm beside the one that is protected. */
export const algorithmConflict: Attack<{ other: number }> = {
  ...shared,
  id: 'cose.alg.conflict',
  handle: 'C13',
  change: 'the protected alg stays right, the unprotected header names another one',
  by: 'outsider',
  expects: [shouldReject(['cose-unsupported'], { doc: 'cose', section: '3' })],
  choice: fc.record({ other: fc.nat({ max: 63 }) }),
  apply: (scenario, { other }) =>
    alterBlocks(scenario, (block, fields) => {
      const right = algorithmOf(fields);
      if (right === undefined || valueAt(fields.unprotected, headerLabels.alg)) return undefined;
      const wrong = conflicting.filter((id) => id !== right);
      const alg = int(wrong[other % wrong.length] ?? 0);
      const entries = [[int(headerLabels.alg), alg] as const, ...fields.unprotected.entries];
      return withField(block, 1, { ...fields.unprotected, entries });
    }),
};

/** Names no algorithm at all. */
export const algorithmAbsent: Attack<null> = {
  ...shared,
  id: 'cose.alg.absent',
  handle: 'C14',
  change: "no alg in either header, the signature right for the key's usual algorithm",
  by: 'author',
  expects: [shouldReject(['alg-disallowed'], { doc: 'mti', section: 'A' })],
  choice: fc.constant(null),
  apply: (scenario) =>
    remakeBlocks(scenario, scenario.signers, (signer) => ({ protected: headerWith(signer) })),
};

const unknownByAuthor = mustReject(['alg-unsupported'], { doc: 'mti', section: '5.2' });
const unknownByStranger = mustRejectUnauthentic(['alg-unsupported'], { doc: 'mti', section: '5.2' });
const unknown: readonly Item[] = [int(0), int(999), int(-70000), tstr('none'), tstr('ES256'), nil];
const others = unknown.length + 1;

/** One of them, or what the right one becomes for who reads 32 bits of it. */
function unknownFor({ algorithm }: Signer, value: number): Item {
  const far = int(BigInt(algorithm) + (algorithm < 0 ? -(2n ** 32n) : 2n ** 32n));
  return unknown[value % others] ?? far;
}

/** Names an algorithm that is none. */
export const algorithmUnknown: Attack<{ value: number; stranger: boolean }> = {
  ...shared,
  id: 'cose.alg.unknown',
  handle: 'C15',
  change:
    'the protected alg is reserved, unassigned, a text, null, or the right one in its lower 32 bits alone',
  by: ['author', 'untrusted-key'],
  expects: [unknownByAuthor, unknownByStranger],
  choice: fc.record({ value: fc.nat({ max: 63 }), stranger: fc.boolean() }),
  apply: (scenario, { value, stranger }) =>
    remakeBlocks(
      scenario,
      stranger ? scenario.strangers : scenario.signers,
      (signer) => ({ protected: headerWith(signer, unknownFor(signer, value)) }),
      { expect: stranger ? unknownByStranger : unknownByAuthor },
    ),
};

/** Makes a MAC with what everybody knows of the trusted key. */
export const hmacWithPublicKey: Attack<{ form: number; anchor: number }> = {
  ...shared,
  id: 'cose.alg.hmac-with-public',
  handle: 'C16',
  change: "a COSE_Mac0 keyed with the bytes of an anchor's public key",
  by: 'untrusted-key',
  threats: ['THREAT.IMG.NON_AUTH'],
  expects: [mustRejectUnauthentic(['key-usage'], { doc: 'cose', section: '7.1' })],
  on: { features: ['sign1'] },
  choice: fc.record({ form: fc.nat({ max: 3 }), anchor: fc.nat({ max: 7 }) }),
  apply(scenario, { form, anchor }) {
    const anchors = scenario.recipient.anchors.filter(({ key }) => publicForms(key).length > 0);
    const target = anchors[anchor % anchors.length];
    const forms = target ? publicForms(target.key) : [];
    const k = forms[form % forms.length];
    if (target === undefined || k === undefined) return undefined;
    const key: CoseKey = { kty: 'Symmetric', k, ...(target.kid && { kid: target.kid }) };
    return remakeBlocks(
      scenario,
      [{ key, algorithm: 5, structure: 'mac0', kidIn: 'unprotected' }],
      () => ({}),
    );
  },
};

/** Coordinates alone, SEC 1 point, SubjectPublicKeyInfo, COSE_Key: as far as the kind of key has them. */
function publicForms(key: CoseKey): readonly Uint8Array[] {
  if (key.kty === 'OKP')
    return [key.x, concat(fromHex('302a300506032b6570032100'), key.x), write(coseKeyItem(key))];
  if (key.kty !== 'EC2' || key.crv !== 'P-256') return [];
  const point = concat(fromHex('04'), key.x, key.y);
  const info = concat(fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), point);
  return [concat(key.x, key.y), point, info, write(coseKeyItem(key))];
}

const shortByAuthor = mustReject(['alg-disallowed'], { doc: 'mti', section: '3.1' });
const cutByOutsider = mustRejectUnauthentic(['alg-disallowed'], { doc: 'cose-algorithms', section: '3.1' });

/** Makes the tag of a MAC short enough to be guessed. */
export const shortMac: Attack<{ cut: number }> = {
  ...shared,
  id: 'cose.alg.short-mac',
  handle: 'C17',
  change: 'the 64-bit tag of algorithm 4, or the tag of algorithm 5 cut',
  by: ['author', 'outsider'],
  expects: [shortByAuthor, cutByOutsider],
  on: { features: ['mac0'] },
  choice: fc.record({ cut: fc.nat({ max: 32 }) }),
  apply(scenario, { cut }) {
    if (cut > 0) {
      const shorten = (block: Item, fields: BlockFields) =>
        algorithmOf(fields) === 5 && fields.signature.length === 32
          ? withField(block, 3, bstr(fields.signature.subarray(0, 32 - cut)))
          : undefined;
      return alterBlocks(scenario, shorten, { expect: cutByOutsider });
    }
    if (scenario.signers.some((signer) => signer.algorithm !== 5)) return undefined;
    const weak = scenario.signers.map((signer) => ({ ...signer, algorithm: 4 }));
    return remakeBlocks(scenario, weak, () => ({}), { expect: shortByAuthor });
  },
};

const misfit = mustReject(['key-usage'], { doc: 'cose', section: '7.1' });
const misfitByStranger = mustRejectUnauthentic(['key-usage'], { doc: 'cose', section: '7.1' });
const otherCurve = eitherAnswer(['key-usage'], { doc: 'cose-algorithms', section: '2.1' });

/** Uses an algorithm with a key that it is not for. */
export const algorithmKeyType: Attack<{ form: 'type' | 'stranger' | 'ESP256' | 'ES256'; other: number }> = {
  ...shared,
  id: 'cose.alg.key-type',
  handle: 'C18',
  change: 'the alg does not fit the type or the curve of the key',
  by: ['author', 'untrusted-key'],
  expects: [misfit, misfitByStranger, otherCurve],
  choice: fc.record({
    form: fc.constantFrom('type' as const, 'stranger' as const, 'ESP256' as const, 'ES256' as const),
    other: fc.nat({ max: 63 }),
  }),
  apply(scenario, { form, other }) {
    if (form === 'ESP256') return onP384(scenario, -9, { expect: misfit });
    if (form === 'ES256') return onP384(scenario, -7, { expect: otherCurve });
    const isStranger = form === 'stranger';
    const signers = isStranger ? scenario.strangers : scenario.signers;
    const wrong = (signer: Signer) => {
      const ids = [-7, -9, -8, -19, 5].filter((id) => !fitsKey(id, signer.key));
      return { protected: headerWith(signer, int(ids[other % ids.length] ?? 0)) };
    };
    return remakeBlocks(scenario, signers, wrong, { expect: isStranger ? misfitByStranger : misfit });
  },
};

/** Control and attacked run on a recipient that trusts a P-384 key for this algorithm too. */
function onP384(scenario: Scenario, algorithm: number, options: DeliverOptions): Attacked | undefined {
  const found = before(scenario, defaultEvent(scenario));
  const isOneEnough = found?.recipient.policy.kind === 'any';
  if (found === undefined || scenario.signers.length === 0 || !isOneEnough) return undefined;
  const key = publicOf(authorP384);
  const anchor = {
    key,
    ...(key.kid && { kid: key.kid }),
    algorithms: [algorithm],
    roles: ['author'] as const,
  };
  const recipient: Recipient = { ...found.recipient, anchors: [...found.recipient.anchors, anchor] };
  const block = makeBlock({ key: authorP384, algorithm, structure: 'sign1' }, signedBytes(scenario.release));
  const envelope = encode({ ...scenario.release, blocks: [block] });
  const delivery: Delivery = { ...found.delivery.delivery, envelope };
  const after = afterDelivering(found.delivery.after, delivery);
  const judged = { ...step(found.delivery, 'judged'), delivery, after };
  return attacked({ recipient, steps: [step(found.delivery)] }, { recipient, steps: [judged] }, options);
}

/** Binds the anchors' keys to another algorithm or operation than the blocks need. */
export const keyBound: Attack<{ by: 'alg' | 'own-side' | 'encrypt' }> = {
  ...shared,
  id: 'cose.alg.key-bound',
  handle: 'C19',
  change: "alg or key_ops of every anchor's key forbid what they allow in the control",
  by: 'author',
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.SEC.RIGHTS'],
  expects: [mustReject(['key-usage'], { doc: 'cose', section: '7.1' })],
  choice: fc.record({ by: fc.constantFrom('alg' as const, 'own-side' as const, 'encrypt' as const) }),
  apply(scenario, { by }) {
    if (scenario.signers.length === 0) return undefined;
    return twins(scenario, {
      recipient: (recipient) => withKeys(recipient, (key) => boundRightly(scenario, key, by)),
      attacked: { recipient: (recipient) => withKeys(recipient, (key) => bound(key, by)) },
    });
  },
};

export function withKeys(recipient: Recipient, change: (key: CoseKey) => CoseKey): Recipient {
  return { ...recipient, anchors: recipient.anchors.map((one) => ({ ...one, key: change(one.key) })) };
}

/** A signer's key, bound to what it is used for: by its algorithm, or by its operations (RFC 9052 table 5). */
export function boundRightly({ signers }: Scenario, key: CoseKey, by: string): CoseKey {
  const signer = signers.find((one) => sameKey(one.key, key));
  if (signer === undefined) return key;
  if (by === 'alg') return { ...key, alg: signer.wraps ? recipientAlgorithms.a128kw : signer.algorithm };
  return { ...key, keyOps: [signer.wraps ? 6 : key.kty === 'Symmetric' ? 10 : 2] };
}

function bound(key: CoseKey, by: 'alg' | 'own-side' | 'encrypt'): CoseKey {
  // ES256K, Ed448 and HMAC 256/64: of the key's type, and not another id of the algorithm in use. HSS-LMS is alone of its type.
  if (by === 'alg') return { ...key, alg: { EC2: -47, OKP: -53, 'HSS-LMS': -47, Symmetric: 4 }[key.kty] };
  // Sign and MAC create, the signer's side; 3 is encrypt (RFC 9052 table 5).
  return { ...key, keyOps: [by === 'encrypt' ? 3 : key.kty === 'Symmetric' ? 9 : 1] };
}

const twin: Readonly<Record<number, number>> = { [-7]: -9, [-9]: -7, [-8]: -19, [-19]: -8 };

/** Names the same algorithm by its other id. */
export const legacyId: Attack<null> = {
  ...shared,
  id: 'cose.alg.legacy-id',
  handle: 'C20',
  change: '-7 where -9 is listed, -8 where -19 is, and the reverse',
  by: 'author',
  expects: [eitherAnswer(['alg-unsupported'], { doc: 'mti', section: '3' })],
  on: { features: ['sign1'] },
  choice: fc.constant(null),
  apply: (scenario) =>
    remakeBlocks(scenario, scenario.signers, (signer) => {
      const other = twin[signer.algorithm];
      return other === undefined ? undefined : { protected: headerWith(signer, int(other)) };
    }),
};

export const coseAlgorithmAttacks: readonly AnyAttack[] = [
  algorithmUnprotected,
  algorithmConflict,
  algorithmAbsent,
  algorithmUnknown,
  hmacWithPublicKey,
  shortMac,
  algorithmKeyType,
  keyBound,
  legacyId,
];
