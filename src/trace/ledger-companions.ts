/**
 * Clauses of other documents that the reference verifier's rules implement: not a full ledger of those documents.
 *
 * @module
 */
import type { LedgerLine } from './ledger-line.ts';

// biome-ignore format: a table, one duty a line
export const companionLines: readonly LedgerLine[] = [
  // RFC 9052
  ['c3-1', 'MUST', 'recipient', 'a header label stands once, in one of the two maps', 'valid.auth.headers', 'cose.hdr.dup cose.alg.conflict', 'headerMap headersUnderstood'],
  ['c3-s1', 'statement', 'recipient', 'header labels are integers or texts', 'valid.auth.headers', 'cose.hdr.protected-shape', 'headerMap'],
  ['c3.1-1', 'MUST', 'recipient', 'critical headers are protected, present and understood', '', 'cose.hdr.crit cose.hdr.crit-misplaced', 'headersUnderstood'],
  ['c3.1-2', 'MUST', 'recipient', 'the algorithm is authenticated where it can be', 'valid.fetch', 'cose.alg.unprotected-only cose.alg.conflict', 'algorithm'],
  ['c3.1-3', 'statement', 'recipient', 'a kid is a hint: several keys may bear it, none has rights by it', 'valid.auth.headers', 'cose.kid.shared cose.kid.swap cose.kid.spoof cose.kid.unknown', 'selectAnchors rights'],
  ['c4.4-1', 'statement', 'recipient', 'what is verified is the Sig_structure of the block’s own context', 'valid.fetch', 'cose.context cose.retag cose.external-aad', 'toBeSigned'],
  ['c6.3-1', 'statement', 'recipient', 'what is verified is the MAC_structure of the block’s own context', 'valid.auth.mac0', 'cose.context cose.retag', 'toBeSigned'],
  ['c7.1-1', 'MUST', 'recipient', 'a key is used with the algorithm and for the operation that it is for', 'valid.fetch', 'cose.alg.key-type cose.alg.key-bound cose.alg.hmac-with-public', 'algorithmFits'],
  // RFC 9053
  ['a2.1-1', 'statement', 'recipient', 'a signature is of fixed length, its scalars in range', 'valid.fetch', 'cose.sig.length cose.sig.degenerate cose.sig.high-s', 'verify counts'],
  ['a3.1-1', 'statement', 'recipient', 'a tag is as long as its algorithm makes it', 'valid.auth.mac0', 'cose.alg.short-mac', 'verify algorithmFits'],
  // RFC 8949, RFC 8610
  ['b3-1', 'statement', 'recipient', 'what is not well-formed is no data item', 'valid.fetch', 'enc.truncate enc.truncate.inner enc.length.over enc.length.straddle enc.count.over enc.malformed enc.junk', 'step:decode-envelope'],
  ['b3.1-1', 'statement', 'recipient', 'an integer is of major type 0 or 1', 'valid.fetch', 'enc.type.core', 'integer'],
  ['b5.3.1-1', 'statement', 'recipient', 'a text string is valid UTF-8', 'valid.text.places', 'enc.text.utf8', 'text'],
  ['b5.6-1', 'statement', 'recipient', 'no key stands twice in a map', 'valid.fetch', 'enc.map.dup.signed enc.map.dup.envelope diff.dup', 'uniqueKeys member'],
  ['d3.8.4-1', 'statement', 'recipient', 'a byte string of embedded CBOR holds one item', 'valid.fetch', 'enc.trailing.wrapped enc.trailing.outer diff.second-item', 'atEnd'],
  // RFC 9124
  ['q4.3.7-1', 'statement', 'recipient', 'where a payload comes from is what an authority has said', 'valid.fetch', 'fetch.redirect fetch.uri.internal fetch.uri.parser', 'mayFollow'],
  ['q4.3.11-1', 'MUST', 'recipient', 'rights are those of authenticated authorities; a policy that wants several is met by several', 'valid.auth.multi valid.auth.policy', 'env.auth.threshold-strip env.auth.threshold-dup downgrade.alg.strip-strong cose.mac.kek-reuse', 'authorized entitled'],
  ['q4.3.15-1', 'MUST', 'recipient', 'the digest covers all that is stored of an image', 'valid.fetch', 'image.extra', 'imageMatches'],
];
