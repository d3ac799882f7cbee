/**
 * Authentication blocks: COSE messages with the payload left out (RFC 9052 §4, §6; draft §8.3).
 *
 * What a block of an envelope authenticates is the encoded SUIT_Digest: the content of the first byte string in
 * SUIT_Authentication, without that string's head.
 *
 * @module
 */

import {
  array,
  type Bstr,
  bstr,
  type CborMap,
  type Item,
  int,
  map,
  nil,
  tag,
  type Wrapped,
  wrapped,
} from '../cbor/item.ts';
import { contentOf } from '../cbor/write.ts';
import { algorithmById } from './algorithms.ts';
import type { CoseKey } from './key.ts';
import { signatureOf } from './sign.ts';
import { asAuthenticated, structure } from './structures.ts';

export const coseTags = { sign1: 18, mac0: 17, sign: 98, mac: 97 } as const;

/** Labels of header parameters: https://www.iana.org/assignments/cose/cose.xhtml#header-parameters */
export const headerLabels = { alg: 1, crit: 2, contentType: 3, kid: 4, iv: 5, partialIv: 6 } as const;

/** A key, and how it makes its blocks. */
export interface Signer {
  readonly key: CoseKey;
  readonly algorithm: number;
  readonly structure: 'sign1' | 'mac0';
  /** Absent: the key's own kid. */
  readonly kid?: Uint8Array;
  /** Absent: the block carries no kid. */
  readonly kidIn?: 'protected' | 'unprotected';
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

/** A tagged COSE_Sign1 or COSE_Mac0. */
export function makeBlock(signer: Signer, payload: Uint8Array, options: BlockOptions = {}): Item {
  const header = protectedString(options.protected ?? headerMap(signer));
  const context = options.context ?? (signer.structure === 'sign1' ? 'Signature1' : 'MAC0');
  const message = structure(
    context,
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

/** A tagged COSE_Sign with one signature a signer; the body has no header parameters. */
export function makeSign(signers: readonly Signer[], payload: Uint8Array): Item {
  const signatures = signers.map((signer) => {
    const header = protectedString(headerMap(signer));
    const message = structure('Signature', [new Uint8Array(0), stringContent(header)], undefined, payload);
    return array(header, unprotectedMap(signer), bstr(signatureOf(signer.algorithm, signer.key, message)));
  });
  return tag(coseTags.sign, array(bstr(new Uint8Array(0)), map(), nil, array(...signatures)));
}

/** A tagged COSE_Mac whose one recipient holds the MAC key itself: direct, algorithm -6 (RFC 9053 §6.1.1). */
export function makeMac(signer: Signer, payload: Uint8Array): Item {
  const header = protectedString(map([int(headerLabels.alg), int(signer.algorithm)]));
  const message = structure('MAC', [stringContent(header)], undefined, payload);
  const direct = map([int(headerLabels.alg), int(-6)], ...kidEntries(signer));
  // RFC 9053 §6.1.1: a direct recipient's protected header and ciphertext are empty.
  const recipient = array(bstr(new Uint8Array(0)), direct, bstr(new Uint8Array(0)));
  const mac = bstr(signatureOf(signer.algorithm, signer.key, message));
  return tag(coseTags.mac, array(header, map(), nil, mac, array(recipient)));
}

/** The protected header: the algorithm, and the kid where the signer puts it there. */
export function headerMap(signer: Signer): CborMap {
  const alg: [Item, Item] = [int(headerLabels.alg), int(signer.algorithm)];
  return signer.kidIn === 'protected' ? map(alg, ...kidEntries(signer)) : map(alg);
}

/** The signer that a key makes by default: COSE_Sign1 or COSE_Mac0, the profile's algorithm, no kid. */
export function signerOf(key: CoseKey, kidIn?: 'protected' | 'unprotected'): Signer {
  const algorithm = { EC2: -9, OKP: -19, Symmetric: 5 }[key.kty];
  const isMac = algorithmById(algorithm)?.kind === 'mac';
  return { key, algorithm, structure: isMac ? 'mac0' : 'sign1', ...(kidIn && { kidIn }) };
}

function unprotectedMap(signer: Signer): CborMap {
  return signer.kidIn === 'unprotected' ? map(...kidEntries(signer)) : map();
}

function kidEntries(signer: Signer): [Item, Item][] {
  const kid = signer.kid ?? signer.key.kid;
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
