/**
 * Authentication blocks: COSE messages with the payload left out (RFC 9052 §4, §6; draft §8.3).
 *
 * What a block of an envelope authenticates is the encoded SUIT_Digest: the content of the first byte string in
 * SUIT_Authentication, without that string's head.
 *
 * @module
 */

import { hash } from 'node:crypto';
import {
  array,
  type Bstr,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  map,
  nil,
  tag,
  tstr,
  type Wrapped,
  wrapped,
} from '../cbor/item.ts';
import { contentOf } from '../cbor/write.ts';
import { algorithmById, recipientAlgorithms } from './algorithms.ts';
import type { CoseKey } from './key.ts';
import { wrapKey } from './node-crypto.ts';
import { signatureOf } from './sign.ts';
import { asAuthenticated, type Structure, structure } from './structures.ts';

export const coseTags = { sign1: 18, mac0: 17, sign: 98, mac: 97 } as const;

/** Labels of header parameters: https://www.iana.org/assignments/cose/cose.xhtml#header-parameters */
export const headerLabels = { alg: 1, crit: 2, contentType: 3, kid: 4, iv: 5, partialIv: 6 } as const;

/** A key, and how it makes its blocks. */
export interface Signer {
  readonly key: CoseKey;
  readonly algorithm: number;
  readonly structure: Structure;
  /** Absent: the key's own kid. */
  readonly kid?: Uint8Array;
  /** Absent: the block carries no kid. That of a COSE_Mac is its recipient's, and never protected. */
  readonly kidIn?: 'protected' | 'unprotected';
  /** Of a COSE_Mac: the key wraps the MAC's key (A128KW), in place of being it. */
  readonly wraps?: boolean;
  /** Of a COSE_Sign: the body's protected header holds a content type. */
  readonly bodyFilled?: boolean;
  /** Further unprotected header parameters. */
  readonly labels?: readonly Entry[];
}

/** Departures from the usual block, for attacks. */
export interface BlockOptions {
  /**
   * Instead of the usual protected header: wrapped into a byte string (an empty map becomes an empty string). A
   * `bstr` or `wrapped` stands as it is, so its content may be anything.
   */
  readonly protected?: Item;
  readonly unprotected?: CborMap;
  /** What stands in the payload's place instead of nil; it does not change what is signed. */
  readonly payload?: Item;
  readonly externalAad?: Uint8Array;
  /** Context string of the structure signed. */
  readonly context?: string;
  readonly tag?: number;
  /** Authenticate these bytes instead of the digest's. */
  readonly signed?: Uint8Array;
}

/** The tagged block of one signer, in its structure; the departures of a COSE_Sign are those of its signature. */
export function makeBlock(signer: Signer, payload: Uint8Array, options: BlockOptions = {}): Item {
  switch (signer.structure) {
    case 'sign':
      return makeSign([signer], payload, () => options);
    case 'mac':
      return makeMac(signer, payload, options);
    case 'sign1':
    case 'mac0':
      return makeSingle(signer, payload, options);
  }
}

/** The blocks of all signers: one each, but neighbours who make a COSE_Sign share it. */
export function makeBlocks(
  signers: readonly Signer[],
  payload: Uint8Array,
  departures: (signer: Signer) => BlockOptions = () => ({}),
): readonly Item[] {
  const first = signers[0];
  if (first === undefined) return [];
  const after = signers.findIndex(({ structure }) => structure !== 'sign');
  const together = first.structure === 'sign' ? (after === -1 ? signers.length : after) : 1;
  const block =
    first.structure === 'sign'
      ? makeSign(signers.slice(0, together), payload, departures)
      : makeBlock(first, payload, departures(first));
  return [block, ...makeBlocks(signers.slice(together), payload, departures)];
}

function makeSingle(signer: Signer, payload: Uint8Array, options: BlockOptions): Item {
  const header = protectedString(options.protected ?? headerMap(signer));
  const message = structure(
    options.context ?? (signer.structure === 'sign1' ? 'Signature1' : 'MAC0'),
    [asAuthenticated(stringContent(header))],
    options.externalAad,
    options.signed ?? payload,
  );
  return tag(
    options.tag ?? coseTags[signer.structure],
    array(
      header,
      options.unprotected ?? unprotectedMap(signer),
      options.payload ?? nil,
      bstr(signatureOf(signer.algorithm, signer.key, message)),
    ),
  );
}

/** A tagged COSE_Sign with one signature a signer; its payload and tag depart as the first signer's do. */
export function makeSign(
  signers: readonly Signer[],
  payload: Uint8Array,
  departures: (signer: Signer) => BlockOptions = () => ({}),
): Item {
  const isFilled = signers.some(({ bodyFilled }) => bodyFilled);
  const body = protectedString(isFilled ? map([int(headerLabels.contentType), tstr(suitType)]) : map());
  const signatures = signers.map((signer) => {
    const options = departures(signer);
    const header = protectedString(options.protected ?? headerMap(signer));
    const message = structure(
      options.context ?? 'Signature',
      [body, header].map((one) => asAuthenticated(stringContent(one))),
      options.externalAad,
      options.signed ?? payload,
    );
    const signature = bstr(signatureOf(signer.algorithm, signer.key, message));
    return array(header, options.unprotected ?? unprotectedMap(signer), signature);
  });
  const { tag: number, payload: shown } = signers[0] ? departures(signers[0]) : {};
  return tag(number ?? coseTags.sign, array(body, map(), shown ?? nil, array(...signatures)));
}

/** A tagged COSE_Mac with one recipient, who holds the MAC's key or unwraps it (RFC 9053 §6.1.1, §6.2.1). */
export function makeMac(signer: Signer, payload: Uint8Array, options: BlockOptions = {}): Item {
  const header = protectedString(options.protected ?? headerMap(signer));
  const message = structure(
    options.context ?? 'MAC',
    [asAuthenticated(stringContent(header))],
    options.externalAad,
    options.signed ?? payload,
  );
  const key = signer.wraps ? contentKey(signer.key, payload) : signer.key;
  return tag(
    options.tag ?? coseTags.mac,
    array(
      header,
      options.unprotected ?? map(...(signer.labels ?? [])),
      options.payload ?? nil,
      bstr(signatureOf(signer.algorithm, key, message)),
      array(macRecipient(signer, key)),
    ),
  );
}

/** RFC 9053 §6.1.1, §6.2.1: the protected header of either kind of recipient is empty. */
function macRecipient(signer: Signer, key: CoseKey): Item {
  const { direct, a128kw } = recipientAlgorithms;
  const headers = map([int(headerLabels.alg), int(signer.wraps ? a128kw : direct)], ...kidEntries(signer));
  const secret = key.kty === 'Symmetric' && signer.wraps ? wrapKey(signer.key, key.k) : new Uint8Array(0);
  return array(bstr(new Uint8Array(0)), headers, bstr(secret));
}

/** A MAC key for one message; it follows from the wrapping key and the message, so that a release is repeatable. */
function contentKey(key: CoseKey, payload: Uint8Array): CoseKey {
  const secret = key.kty === 'Symmetric' ? key.k : new Uint8Array(0);
  const k = hash('sha256', Buffer.concat([Buffer.from('suit-gauntlet MAC key'), secret, payload]), 'buffer');
  return { kty: 'Symmetric', k: new Uint8Array(k) };
}

/** What the protected header of a COSE_Sign body says of the payload, where it says anything. */
const suitType = 'application/suit-envelope+cose';

/** The protected header: the algorithm, and the kid where the signer puts it there. */
export function headerMap(signer: Signer): CborMap {
  const alg: [Item, Item] = [int(headerLabels.alg), int(signer.algorithm)];
  const hasKid = signer.kidIn === 'protected' && signer.structure !== 'mac';
  return hasKid ? map(alg, ...kidEntries(signer)) : map(alg);
}

/** The signer that a key makes by default: COSE_Sign1 or COSE_Mac0, the profile's algorithm, no kid. */
export function signerOf(key: CoseKey, kidIn?: 'protected' | 'unprotected'): Signer {
  const algorithm = { EC2: -9, OKP: -19, 'HSS-LMS': -46, Symmetric: 5 }[key.kty];
  const isMac = algorithmById(algorithm)?.kind === 'mac';
  return { key, algorithm, structure: isMac ? 'mac0' : 'sign1', ...(kidIn && { kidIn }) };
}

function unprotectedMap(signer: Signer): CborMap {
  return map(...(signer.kidIn === 'unprotected' ? kidEntries(signer) : []), ...(signer.labels ?? []));
}

function kidEntries(signer: Signer): [Item, Item][] {
  const kid = signer.kidIn && (signer.kid ?? signer.key.kid);
  return kid === undefined ? [] : [[int(headerLabels.kid), bstr(kid)]];
}

function protectedString(header: Item): Bstr | Wrapped {
  if (header.kind === 'bstr' || header.kind === 'wrapped') return header;
  // RFC 9052 §3: an empty protected header should be a string of length zero.
  const isEmpty = header.kind === 'map' && header.entries.length === 0 && header.claims === undefined;
  return isEmpty ? bstr(new Uint8Array(0)) : wrapped(header);
}

function stringContent(header: Bstr | Wrapped): Uint8Array {
  return header.kind === 'bstr' ? header.bytes : contentOf(header);
}
