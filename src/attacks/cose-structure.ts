/**
 * Attacks on what a COSE structure means: the context its signature was made in, critical header parameters, key
 * ids that name another key or two, structures that authenticate nobody (RFC 9052 §3.1, §4, §6).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Item, int, map, nil, tag, valueAt, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { coseTags, headerLabels, headerMap, makeBlock, type Signer, signerOf } from '../cose/blocks.ts';
import { publicOf } from '../cose/key.ts';
import { coseKeyItem } from '../cose/key-forms.ts';
import { signatureOf } from '../cose/sign.ts';
import { isMacStructure, macStructure, sigStructure } from '../cose/structures.ts';
import { strangerHmac, strangerP256 } from '../cose/test-keys.ts';
import type { Recipient, TrustAnchor } from '../device/recipient.ts';
import { before, type RunStep, type Scenario, step } from '../scenarios/scenario.ts';
import { setMember } from '../suit/edit.ts';
import { encode, sign, signedBytes } from '../suit/parts.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { alterBlocks, remakeBlocks, withField } from './cose-change.ts';
import { demandHeader, misplaceCrit } from './cose-critical.ts';
import { shared } from './cose-header.ts';
import { afterDelivering, alter, attacked, defaultEvent } from './deliver.ts';
import { eitherAnswer, mustAccept, mustRejectUnauthentic } from './expectation.ts';

const empty = bstr(new Uint8Array(0));

/** Signs the digest inside its byte string, where the published examples sign the string's content. */
export const signWrappedDigest: Attack<null> = {
  ...shared,
  id: 'cose.payload.double-wrap',
  handle: 'C07',
  change: 'sign the bstr-encoded digest, not its content',
  by: 'author',
  expects: [eitherAnswer(['sig-invalid'], { doc: 'manifest', section: '8.3' })],
  choice: fc.constant(null),

  apply(scenario) {
    const signed = write(bstr(signedBytes(scenario.release)));
    return remakeBlocks(scenario, scenario.signers, () => ({ signed }));
  },
};

/** Moves an authentic signature or tag from one COSE structure to the other of its kind. */
export const changeContext: Attack<'to-single' | 'from-single'> = {
  ...shared,
  id: 'cose.context',
  handle: 'C08',
  change: 'Sign signature reused as Sign1, Mac as Mac0, and reverse',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  expects: [mustRejectUnauthentic(['sig-invalid'], { doc: 'cose', section: '4.4' })],
  choice: fc.constantFrom('to-single', 'from-single'),

  apply(scenario, direction) {
    const { release, signers } = scenario;
    if (signers.length === 0 || signers.some(({ wraps }) => wraps)) return undefined;
    const move = direction === 'to-single' ? fromSeveral : toSeveral;
    return alter(scenario, (parts) => ({
      ...parts,
      blocks: signers.map((signer) => move(signer, signedBytes(release))),
    }));
  },
};

/** A COSE_Sign1 or COSE_Mac0 with what the author made for a COSE_Sign or COSE_Mac. */
function fromSeveral(signer: Signer, payload: Uint8Array): Item {
  const header = write(headerMap(signer));
  const isMac = isMacStructure(signer.structure);
  const message = isMac
    ? macStructure('MAC', header, payload)
    : sigStructure('Signature', new Uint8Array(0), payload, { signProtected: header });
  const single: Signer = { ...signer, structure: isMac ? 'mac0' : 'sign1' };
  return withField(makeBlock(single, payload), 3, bstr(signatureOf(signer.algorithm, signer.key, message)));
}

/** A COSE_Sign or COSE_Mac with what the author made for a COSE_Sign1 or COSE_Mac0. */
function toSeveral(signer: Signer, payload: Uint8Array): Item {
  const header = write(headerMap(signer));
  if (!isMacStructure(signer.structure)) {
    const message = sigStructure('Signature1', header, payload);
    const signature = bstr(signatureOf(signer.algorithm, signer.key, message));
    return tag(coseTags.sign, array(empty, map(), nil, array(array(bstr(header), map(), signature))));
  }
  const mac = bstr(signatureOf(signer.algorithm, signer.key, macStructure('MAC0', header, payload)));
  const direct = array(empty, map([int(headerLabels.alg), int(-6)]), empty);
  return tag(coseTags.mac, array(bstr(header), map(), nil, mac, array(direct)));
}

/** Gives each block the kid of another trusted key. */
export const swapKid: Attack<{ other: number }> = {
  ...shared,
  id: 'cose.kid.swap',
  handle: 'C22',
  change: "kid of trusted B on a block of trusted A; ⊘ B's rights",
  by: 'outsider',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS'],
  expects: [eitherAnswer(['sig-invalid'], { doc: 'cose', section: '3.1' })],
  on: { features: ['two-anchors'] },
  choice: fc.record({ other: fc.nat({ max: 3 }) }),

  apply(scenario, { other }) {
    const kids = scenario.recipient.anchors.flatMap(({ kid }) => (kid ? [kid] : []));
    return alterBlocks(scenario, (block, fields, i) => {
      const own = scenario.signers[i]?.kid ?? scenario.signers[i]?.key.kid;
      const others = kids.filter((kid) => own !== undefined && Buffer.compare(kid, own) !== 0);
      const kid = others[other % others.length];
      // A protected kid cannot be changed, and one that contradicts it is another fault.
      if (kid === undefined || valueAt(fields.header, headerLabels.kid) !== undefined) return undefined;
      return withField(block, 1, setMember(fields.unprotected, headerLabels.kid, bstr(kid)));
    });
  },
};

/** Adds a trusted key of the same kid, which did not sign; both runs deliver the block with its kid. */
export const shareKid: Attack<'before' | 'after'> = {
  ...shared,
  id: 'cose.kid.shared',
  handle: 'C24',
  change: 'two anchors share a kid; the second verifies',
  by: 'author',
  expects: [mustAccept({ doc: 'cose', section: '3.1' })],
  choice: fc.constantFrom('before', 'after'),

  apply(scenario, order) {
    const event = defaultEvent(scenario);
    const found = before(scenario, event);
    const [stranger] = scenario.strangers;
    const signers = scenario.signers.map((signer) => ({
      ...signer,
      kidIn: signer.kidIn ?? ('unprotected' as const),
    }));
    if (found === undefined || stranger === undefined || signers.length === 0) return undefined;
    // A twin that never signs would leave a recipient that wants all authorities without one.
    if (found.recipient.policy.kind === 'all') return undefined;
    const anchors = withTwins(found.recipient.anchors, stranger, order);
    if (anchors === undefined) return undefined;

    const delivery = { ...found.delivery.delivery, envelope: encode(sign(scenario.release, signers)) };
    const valid: RunStep = {
      ...step(found.delivery),
      delivery,
      after: afterDelivering(found.delivery.after, delivery),
    };
    const recipient: Recipient = { ...found.recipient, anchors };
    return attacked(
      { recipient: found.recipient, steps: [valid] },
      { recipient, steps: [{ ...valid, must: 'judged' }] },
    );
  },
};

/** An anchor of the stranger's kind gets a twin: the stranger's key under the anchor's kid. */
function withTwins(
  anchors: readonly TrustAnchor[],
  stranger: Signer,
  order: 'before' | 'after',
): readonly TrustAnchor[] | undefined {
  const alike = anchors.find(({ key, kid }) => kid !== undefined && key.kty === stranger.key.kty);
  if (alike?.kid === undefined) return undefined;
  const twin = { ...alike, key: { ...publicOf(stranger.key), kid: alike.kid } };
  return order === 'before' ? [twin, ...anchors] : [...anchors, twin];
}

/** A structure for several signers or recipients that has none. */
export const authenticateByNobody: Attack<'sign' | 'mac'> = {
  ...shared,
  id: 'cose.sign.empty',
  handle: 'C32',
  change: 'COSE_Sign without signatures, COSE_Mac without recipients',
  by: 'untrusted-key',
  threats: ['THREAT.IMG.NON_AUTH'],
  expects: [mustRejectUnauthentic(['auth-malformed'], { doc: 'cose', section: '4.1' })],
  choice: fc.constantFrom('sign', 'mac'),

  apply(scenario, structure) {
    return alter(scenario, (parts) => ({
      ...parts,
      blocks: [
        structure === 'sign'
          ? tag(coseTags.sign, array(empty, map(), nil, array()))
          : strangerMac(scenario, []),
      ],
    }));
  },
};

/** A MAC whose key is agreed with the device's public key: anyone can make one. */
export const agreeAnonymously: Attack<null> = {
  ...shared,
  id: 'cose.mac.anonymous',
  handle: 'C34',
  change: "COSE_Mac key sent by ECDH-ES to the device's public key",
  by: 'untrusted-key',
  threats: ['THREAT.IMG.NON_AUTH'],
  expects: [mustRejectUnauthentic(['key-usage'], { doc: 'cose', section: '6' })],
  choice: fc.constant(null),

  apply(scenario) {
    // ECDH-ES + HKDF-256 (RFC 9053 §6.3.1). No recipient here has a key to agree with, so the tag is another's.
    const header = wrapped(map([int(headerLabels.alg), int(-25)]));
    const ephemeral = map([int(-1), coseKeyItem(publicOf(strangerP256))]);
    const recipient = array(header, ephemeral, empty);
    return alter(scenario, (parts) => ({ ...parts, blocks: [strangerMac(scenario, [recipient])] }));
  },
};

function strangerMac(scenario: Scenario, recipients: readonly Item[]): Item {
  const signer = signerOf(strangerHmac);
  const header = write(headerMap(signer));
  const message = macStructure('MAC', header, signedBytes(scenario.release));
  const mac = bstr(signatureOf(signer.algorithm, signer.key, message));
  return tag(coseTags.mac, array(bstr(header), map(), nil, mac, array(...recipients)));
}

/** Rows C07, C08, C22, C24, C26, C27, C32 and C34 of the catalogue. */
export const coseStructureAttacks: readonly AnyAttack[] = [
  signWrappedDigest,
  changeContext,
  swapKid,
  shareKid,
  demandHeader,
  misplaceCrit,
  authenticateByNobody,
  agreeAnonymously,
];
