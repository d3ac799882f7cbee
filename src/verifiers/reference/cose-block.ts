/**
 * An authentication block: COSE_Sign1 or COSE_Mac0 with a detached payload (RFC 9052 §4.2, §6.2; draft §8.3).
 *
 * @module
 */
import { type CborMap, type Item, map } from '../../cbor/item.ts';
import { bad, good, type Result } from '../../suit/problem.ts';
import type { Block } from './rules-authentication.ts';
import { open, unwrap, type Work } from './work.ts';

/** Tags of RFC 9052 table 1. COSE_Sign (98) and COSE_Mac (97) are known to the draft, and not supported here. */
const structures = new Map<bigint, Block['structure']>([
  [18n, 'sign1'],
  [17n, 'mac0'],
]);

export function readBlock(work: Work, element: Item): Result<Block> {
  const tagged = unwrap(work, element, 'auth-malformed', 'an authentication block');
  if (!tagged.ok) return tagged;
  const item = tagged.value;
  const structure = item.kind === 'tag' ? structures.get(item.tag) : undefined;
  if (item.kind !== 'tag' || structure === undefined) {
    return bad('cose-unsupported', 'the block is neither a tagged COSE_Sign1 nor COSE_Mac0', item);
  }
  const parts = item.item.kind === 'array' && item.item.items.length === 4 ? item.item.items : [];
  const [header, unprotected, payload, signature] = parts;
  if (header?.kind !== 'bstr' || unprotected?.kind !== 'map' || signature?.kind !== 'bstr') {
    return bad('auth-malformed', 'the block is not [bstr, map, nil, bstr]', item.item);
  }
  const detached = payload === undefined ? 'auth-malformed' : work.rules.detached(payload);
  if (detached !== true || payload === undefined) {
    return bad('auth-malformed', 'the payload is not detached', payload);
  }
  const headers = readHeaders(work, header, unprotected);
  if (!headers.ok) return headers;
  return good({
    structure,
    protectedBytes: header.bytes,
    ...headers.value,
    payload,
    signature: signature.bytes,
  });
}

function readHeaders(
  work: Work,
  header: Item & { kind: 'bstr' },
  unprotected: CborMap,
): Result<Pick<Block, 'protected' | 'unprotected'>> {
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
  return understood === true ? good(headers) : bad(understood, 'critical or contradictory headers', header);
}
