/**
 * Rules of authentication: headers, keys, signatures, and whose signatures are enough
 * (draft §6.2, §8.3; RFC 9052 §3, §4.4, §6.3, §7.1; RFC 9124 §4.3.11).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import { type CborMap, type Item, isInt, valueAt } from '../../cbor/item.ts';
import { algorithmById, fitsKey } from '../../cose/algorithms.ts';
import type { Crypto, Verification } from '../../cose/crypto.ts';
import { type CoseKey, sameKey } from '../../cose/key.ts';
import { isMacStructure, macStructure, type Structure, sigStructure } from '../../cose/structures.ts';
import type { AuthorityPolicy, Role, TrustAnchor } from '../../device/recipient.ts';
import { encodingRules, keyText, type Ok } from './rules-encoding.ts';
import type { MacRecipient } from './rules-mac.ts';

/** Labels of https://www.iana.org/assignments/cose/cose.xhtml#header-parameters that matter here. */
const label = { alg: 1, crit: 2, kid: 4 } as const;

export interface Headers {
  readonly protected: CborMap;
  readonly unprotected: CborMap;
}

/** A COSE structure with a detached payload, or one signature of a COSE_Sign; the headers are those of the signature. */
export interface Block extends Headers {
  readonly structure: Structure;
  readonly protectedBytes: Uint8Array;
  /** The protected header of the body around a COSE_Sign's signature. */
  readonly bodyProtectedBytes?: Uint8Array;
  /** Of a COSE_Mac: who gets its key. */
  readonly recipients?: readonly MacRecipient[];
  /** What stands in the payload's place; nil in all that is valid. */
  readonly payload: Item;
  /** Signature or tag. */
  readonly signature: Uint8Array;
}

/** SUIT_Digest as it stands in the envelope, without and with its byte string's head. */
export interface SignedDigest {
  readonly content: Uint8Array;
  readonly encoded: Uint8Array;
}

const noBytes = new Uint8Array(0);

export const authenticationRules = {
  /** Draft §8.3: the wrapper and the digest are always there, and a root manifest has at least one block. */
  required(member: Item | undefined): Ok {
    return member === undefined ? 'auth-missing' : true;
  },

  /** RFC 9052 §3: labels are integers or texts, none twice in a map. */
  headerMap(map: CborMap): Ok {
    if (map.entries.some(([k]) => k.kind !== 'tstr' && encodingRules.integer(k) === undefined))
      return 'auth-malformed';
    return encodingRules.uniqueKeys(map);
  },

  /** RFC 9052 §3, §3.1: no label in both maps; crit is protected, not empty, and names what is there and understood. */
  headersUnderstood(headers: Headers): Ok {
    const inBoth = headers.protected.entries.some(([k]) => has(headers.unprotected, k));
    const crit = valueAt(headers.protected, label.crit);
    if (inBoth || valueAt(headers.unprotected, label.crit) !== undefined) return 'cose-unsupported';
    if (crit === undefined) return true;
    if (crit.kind !== 'array' || crit.items.length === 0) return 'cose-unsupported';
    const understood = crit.items.every(
      (named) => (isInt(named, label.alg) || isInt(named, label.kid)) && has(headers.protected, named),
    );
    return understood ? true : 'cose-unsupported';
  },

  /** Draft §8.3: the payload is detached, nil stands in its place. */
  detached(payload: Item | undefined): Ok {
    return payload?.kind === 'simple' && payload.value === 22 ? true : 'auth-malformed';
  },

  /** RFC 9052 §4.1, §6.1: one signature at least, one recipient at least. */
  someOf(signaturesOrRecipients: number): Ok {
    return signaturesOrRecipients > 0 ? true : 'auth-malformed';
  },

  /** RFC 9052 §3.1: the algorithm is authenticated where possible, and here it always is. */
  algorithm(headers: Headers): Item | undefined {
    return valueAt(headers.protected, label.alg);
  },

  /** RFC 9052 §3.1: kid is a hint for the order in which anchors are tried, never a reason to trust. */
  selectAnchors(headers: Headers, anchors: readonly TrustAnchor[]): readonly TrustAnchor[] {
    const kid = valueAt(headers.protected, label.kid) ?? valueAt(headers.unprotected, label.kid);
    if (kid?.kind !== 'bstr') return anchors;
    const named = (anchor: TrustAnchor) => anchor.kid !== undefined && equalBytes(anchor.kid, kid.bytes);
    return [...anchors.filter(named), ...anchors.filter((anchor) => !named(anchor))];
  },

  /** RFC 9052 §7.1, RFC 9053 §2, draft-ietf-suit-mti §5.2: allowed for this anchor, and fit for its key. */
  algorithmFits(algorithm: number, anchor: TrustAnchor, structure: Block['structure']): Ok {
    const kind = algorithmById(algorithm)?.kind;
    if (kind !== (isMacStructure(structure) ? 'mac' : 'signature')) return 'alg-disallowed';
    if (!anchor.algorithms.includes(algorithm)) return 'alg-disallowed';
    if (!fitsKey(algorithm, anchor.key)) return 'key-usage';
    if (anchor.key.alg !== undefined && anchor.key.alg !== algorithm) return 'key-usage';
    // RFC 9052 table 5: 2 verify, 10 MAC verify.
    const operation = isMacStructure(structure) ? 10 : 2;
    return (anchor.key.keyOps?.includes(operation) ?? true) ? true : 'key-usage';
  },

  /**
   * RFC 9052 §4.4, §6.3; draft §8.3. The text says that the payload is the wrapped digest; every published
   * example is signed over the string's content, and so is this.
   */
  toBeSigned(block: Block, digest: SignedDigest): Uint8Array {
    const { protectedBytes: header, bodyProtectedBytes: body = noBytes } = block;
    switch (block.structure) {
      case 'sign1':
        return sigStructure('Signature1', header, digest.content);
      case 'sign':
        return sigStructure('Signature', body, digest.content, { signProtected: header });
      case 'mac0':
        return macStructure('MAC0', header, digest.content);
      case 'mac':
        return macStructure('MAC', header, digest.content);
    }
  },

  /** RFC 9053 §2.1, §2.2, §3.1. */
  verify(
    crypto: Crypto,
    algorithm: number,
    key: CoseKey,
    message: Uint8Array,
    signature: Uint8Array,
  ): Verification {
    return crypto.verify(algorithm, key, message, signature);
  },

  /** Draft §6.2: only a signature that verifies counts; one that cannot be evaluated does not. */
  counts(result: Verification): boolean {
    return result === 'valid';
  },

  /** Draft §9: the rights are those of the key that verified, whatever key the block names. */
  rights(_headers: Headers, verifiedBy: TrustAnchor, _anchors: readonly TrustAnchor[]): TrustAnchor {
    return verifiedBy;
  },

  /** RFC 9124 §4.3.11: an anchor may authenticate a manifest in these roles; among several, as a qualifier too. */
  entitled(anchor: TrustAnchor, policy: AuthorityPolicy): boolean {
    const wanted: readonly Role[] =
      policy.kind === 'roles' ? policy.roles : policy.kind === 'any' ? ['author'] : ['author', 'qualifier'];
    return anchor.roles.some((role) => wanted.includes(role));
  },

  /**
   * Draft §8.3, RFC 9124 §4.3.11: distinct authorities, counted by key and not by block, as the policy asks.
   * `trusted`: all anchors there are.
   */
  authorized(
    anchors: readonly TrustAnchor[],
    policy: AuthorityPolicy,
    _blocks: number,
    trusted: readonly TrustAnchor[],
  ): Ok {
    if (policy.kind === 'all') {
      const wanted = trusted.filter((anchor) => authenticationRules.entitled(anchor, policy));
      const isSigned = (key: CoseKey) => anchors.some((anchor) => sameKey(anchor.key, key));
      return wanted.length > 0 && wanted.every(({ key }) => isSigned(key)) ? true : 'threshold-unmet';
    }
    const distinct = anchors.filter(
      (anchor, i) => anchors.findIndex((a) => sameKey(a.key, anchor.key)) === i,
    );
    const enough =
      policy.kind === 'roles'
        ? policy.roles.every((role) => anchors.some((anchor) => anchor.roles.includes(role)))
        : distinct.length >= (policy.kind === 'any' ? 1 : Math.max(1, policy.count));
    return enough ? true : 'threshold-unmet';
  },
};

function has(map: CborMap, wanted: Item): boolean {
  return map.entries.some(([key]) => keyText(key) === keyText(wanted));
}
