/**
 * Authentication of the manifest's digest, before any part of the manifest is parsed (draft §6.2, §8.3).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import type { Item } from '../../cbor/item.ts';
import { algorithmById } from '../../cose/algorithms.ts';
import type { TrustAnchor } from '../../device/recipient.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import { envelopeKey } from '../../suit/registry.ts';
import type { Reason } from '../../suit/stage.ts';
import { readBlocks } from './cose-block.ts';
import type { Block } from './rules-authentication.ts';
import { unwrap, type Work } from './work.ts';

export function authenticate(work: Work): Problem | undefined {
  const blocks = authenticationBlocks(work);
  if (!blocks.ok) return blocks.problem;
  const verified: Result<TrustAnchor>[] = [];
  for (const block of blocks.value) verified.push(...verifyElement(work, block));
  return decideAuthority(work, verified);
}

/** Keeps the digest that the wrapper begins with, and gives the blocks after it: at least one. */
export function authenticationBlocks(work: Work): Result<readonly Item[]> {
  const elements = authenticationElements(work);
  if (!elements.ok) return elements;
  const [digest, ...blocks] = elements.value;
  if (digest?.kind !== 'bstr')
    return bad('auth-malformed', 'the wrapper does not begin with a digest', digest);
  work.digest = { content: digest.bytes, encoded: work.rules.digestInput(digest, work.bytes) };
  const count = work.rules.required(blocks[0]);
  return count === true ? good(blocks) : bad(count, 'no authentication block');
}

/** Are the authorities whose signatures were verified enough? If not, the first refusal says why. */
export function decideAuthority(work: Work, verified: readonly Result<TrustAnchor>[]): Problem | undefined {
  const anchors: TrustAnchor[] = [];
  for (const result of verified) if (result.ok) anchors.push(result.value);
  const { policy, anchors: trusted } = work.device.recipient;
  if (work.rules.authorized(anchors, policy, verified.length, trusted) === true) {
    work.rights = work.rules.granted(anchors, trusted);
    return undefined;
  }
  const refused = verified.find((result) => !result.ok);
  if (anchors.length > 0 || refused === undefined) {
    return bad('threshold-unmet', `${anchors.length} of ${verified.length} signatures count`).problem;
  }
  return refused.problem;
}

/** The wrapper's elements: the digest, then the blocks, none of them twice (draft §8.3). */
function authenticationElements(work: Work): Result<readonly Item[]> {
  const wrapper = work.rules.member(work.envelope, envelopeKey.authenticationWrapper, 'verify');
  const present = work.rules.required(wrapper);
  if (present !== true || wrapper === undefined) return bad('auth-missing', 'no authentication wrapper');
  const list = unwrap(work, wrapper, 'auth-malformed', 'the authentication wrapper');
  if (!list.ok) return list;
  if (list.value.kind !== 'array') return bad('auth-malformed', 'the wrapper is not an array', list.value);
  const { items } = list.value;
  if (items.length > work.limits.blocks + 1)
    return bad('limit-count', `${items.length} elements`, list.value);
  if (items.some((item) => item.kind !== 'bstr')) {
    return bad('auth-malformed', 'an element of the wrapper is not wrapped in a byte string', list.value);
  }
  const twice = items.some(
    (block, i) => i > 1 && items.findIndex((b, j) => j > 0 && sameContent(b, block)) < i,
  );
  return twice ? bad('auth-malformed', 'the same block twice', list.value) : good(items);
}

function sameContent(a: Item, b: Item): boolean {
  return a.kind === 'bstr' && b.kind === 'bstr' && equalBytes(a.bytes, b.bytes);
}

/** One result for each signature or MAC of the block. */
function verifyElement(work: Work, element: Item): readonly Result<TrustAnchor>[] {
  const read = readBlocks(work, element);
  return read.ok ? read.value.map((block) => verifyBlock(work, block, element)) : [read];
}

/** The anchor whose key verifies the block; else the reason that came closest to success. */
function verifyBlock(work: Work, block: Block, element: Item): Result<TrustAnchor> {
  const named = work.rules.algorithm(block);
  const value = named && work.rules.integer(named);
  if (named === undefined) return bad('alg-disallowed', 'no algorithm in the protected header', element);
  if (value === undefined || algorithmById(Number(value)) === undefined) {
    return bad('alg-unsupported', 'the algorithm is not known', element);
  }

  let closest: Reason = 'key-unknown';
  const { anchors, policy } = work.device.recipient;
  // The key of a COSE_Mac is named by its recipients (RFC 9052 §6.1).
  for (const anchor of work.rules.selectAnchors(block.recipients?.[0] ?? block, anchors)) {
    if (!work.rules.entitled(anchor, policy)) continue;
    const result = verifyWith(work, block, Number(value), anchor);
    if (result === true) return good(work.rules.rights(block, anchor, anchors));
    if (closeness.indexOf(result) > closeness.indexOf(closest)) closest = result;
  }
  return bad(closest, 'no trust anchor verifies the block', element);
}

const closeness: readonly Reason[] = [
  'key-unknown',
  'alg-disallowed',
  'key-usage',
  'auth-malformed',
  'sig-invalid',
];

function verifyWith(work: Work, block: Block, algorithm: number, anchor: TrustAnchor): true | Reason {
  const { rules, ports } = work;
  if (block.recipients === undefined) return verifyByKey(work, block, algorithm, anchor);
  let closest: Reason = 'key-unknown';
  for (const recipient of block.recipients) {
    const found = rules.macKey(ports.crypto, recipient, block.recipients.length, anchor);
    const result =
      typeof found === 'string' ? found : verifyByKey(work, block, algorithm, { ...anchor, key: found.key });
    if (result === true) return true;
    if (closeness.indexOf(result) > closeness.indexOf(closest)) closest = result;
  }
  return closest;
}

function verifyByKey(work: Work, block: Block, algorithm: number, anchor: TrustAnchor): true | Reason {
  const { rules, ports } = work;
  const fits = rules.algorithmFits(algorithm, anchor, block.structure);
  if (fits !== true) return fits;
  const message = rules.toBeSigned(block, work.digest);
  const result = rules.verify(ports.crypto, algorithm, anchor.key, message, block.signature);
  return rules.counts(result) ? true : 'sig-invalid';
}
