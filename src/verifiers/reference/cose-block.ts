/**
 * An authentication block with a detached payload: COSE_Sign1, COSE_Sign, COSE_Mac0 or COSE_Mac
 * (RFC 9052 §4, §6; draft §8.3).
 *
 * @module
 */
import { type CborMap, type Item, map } from '../../cbor/item.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import type { Block, Headers } from './rules-authentication.ts';
import type { MacRecipient } from './rules-mac.ts';
import { open, unwrap, type Work } from './work.ts';

/** Tags of RFC 9052 table 1, and how many elements each structure has. */
const structures = new Map<bigint, { readonly structure: Block['structure']; readonly length: number }>([
  [18n, { structure: 'sign1', length: 4 }],
  [98n, { structure: 'sign', length: 4 }],
  [17n, { structure: 'mac0', length: 4 }],
  [97n, { structure: 'mac', length: 5 }],
]);

/** What can be verified by itself: the block, or each signature of a COSE_Sign. */
export function readBlocks(work: Work, element: Item): Result<readonly Block[]> {
  const tagged = unwrap(work, element, 'auth-malformed', 'an authentication block');
  if (!tagged.ok) return tagged;
  const item = tagged.value;
  const found = item.kind === 'tag' ? structures.get(item.tag) : undefined;
  if (item.kind !== 'tag' || found === undefined) {
    return bad('cose-unsupported', 'the block is not a tagged COSE structure that authenticates', item);
  }
  const { structure, length } = found;
  const parts = item.item.kind === 'array' && item.item.items.length === length ? item.item.items : [];
  const [header, unprotected, payload, authenticator, recipients] = parts;
  if (header?.kind !== 'bstr' || unprotected?.kind !== 'map' || authenticator === undefined) {
    return bad('auth-malformed', `the block has not the form of a COSE ${structure}`, item.item);
  }
  const detached = payload === undefined ? 'auth-malformed' : work.rules.detached(payload);
  if (detached !== true || payload === undefined) {
    return bad('auth-malformed', 'the payload is not detached', payload);
  }
  const body = readHeaders(work, header, unprotected);
  if (!body.ok) return body;
  if (structure === 'sign') return readSignatures(work, body.value, payload, authenticator);
  if (authenticator.kind !== 'bstr') {
    return bad('auth-malformed', 'the signature or tag is not a byte string', authenticator);
  }
  const block: Block = { structure, ...body.value, payload, signature: authenticator.bytes };
  if (structure !== 'mac') return good([block]);
  const received = recipients && readRecipients(work, recipients);
  if (received === undefined || 'reason' in received) {
    return { ok: false, problem: received ?? bad('auth-malformed', 'no recipients', item).problem };
  }
  return good([{ ...block, recipients: received }]);
}

/** RFC 9052 §4.1: one signature or more, each [protected, unprotected, signature]. */
function readSignatures(
  work: Work,
  body: ProtectedHeaders,
  payload: Item,
  list: Item,
): Result<readonly Block[]> {
  const some = list.kind === 'array' ? work.rules.someOf(list.items.length) : 'auth-malformed';
  if (list.kind !== 'array' || some !== true)
    return bad('auth-malformed', 'a COSE_Sign without signatures', list);
  if (list.items.length > work.limits.blocks)
    return bad('limit-count', `${list.items.length} signatures`, list);
  const blocks: Block[] = [];
  for (const one of list.items) {
    const [header, unprotected, signature] = one.kind === 'array' && one.items.length === 3 ? one.items : [];
    if (header?.kind !== 'bstr' || unprotected?.kind !== 'map' || signature?.kind !== 'bstr')
      return bad('auth-malformed', 'a signature is not [bstr, map, bstr]', one);
    const headers = readHeaders(work, header, unprotected);
    if (!headers.ok) return headers;
    const bodyProtectedBytes = body.protectedBytes;
    blocks.push({
      structure: 'sign',
      ...headers.value,
      bodyProtectedBytes,
      payload,
      signature: signature.bytes,
    });
  }
  return good(blocks);
}

/** RFC 9052 §6.1, §5.1: one recipient or more; what is in those that cannot be used does not matter. */
function readRecipients(work: Work, list: Item): readonly MacRecipient[] | Problem {
  const some = list.kind === 'array' ? work.rules.someOf(list.items.length) : 'auth-malformed';
  if (list.kind !== 'array' || some !== true)
    return bad('auth-malformed', 'a COSE_Mac without recipients', list).problem;
  if (list.items.length > work.limits.blocks)
    return bad('limit-count', `${list.items.length} recipients`, list).problem;
  const recipients: MacRecipient[] = [];
  for (const one of list.items) {
    const [header, unprotected, ciphertext, nested] = one.kind === 'array' ? one.items : [];
    const isRecipient = header?.kind === 'bstr' && unprotected?.kind === 'map' && ciphertext !== undefined;
    if (!isRecipient) return bad('auth-malformed', 'a recipient is not [bstr, map, bstr]', one).problem;
    const headers = readHeaders(work, header, unprotected);
    if (!headers.ok) return headers.problem;
    recipients.push({ ...headers.value, ciphertext, hasRecipients: nested !== undefined });
  }
  return recipients;
}

interface ProtectedHeaders extends Headers {
  readonly protectedBytes: Uint8Array;
}

function readHeaders(
  work: Work,
  header: Item & { kind: 'bstr' },
  unprotected: CborMap,
): Result<ProtectedHeaders> {
  const inside: Result<Item> = header.bytes.length === 0 ? good(map()) : open(work, header.bytes, 0);
  if (!inside.ok || inside.value.kind !== 'map') {
    return bad('auth-malformed', 'the protected header is not one map', header);
  }
  const headers = { protected: inside.value, unprotected };
  for (const one of [headers.protected, headers.unprotected]) {
    const ok = work.rules.headerMap(one);
    if (ok !== true) return bad(ok, 'the labels of a header map', one);
  }
  const understood = work.rules.headersUnderstood(headers);
  return understood === true
    ? good({ protected: inside.value, unprotected, protectedBytes: header.bytes })
    : bad(understood, 'critical or contradictory headers', header);
}
