/**
 * The first step: bytes to an envelope and its members, nothing of them interpreted (draft §8.2).
 *
 * @module
 */
import type { CborMap, Item } from '../../cbor/item.ts';
import { bad, type Problem, type Result } from '../../suit/problem.ts';
import { envelopeKey, suitTag } from '../../suit/registry.ts';
import { open, textOf, type Work } from './work.ts';

export function decodeEnvelope(work: Work): Problem | undefined {
  if (work.bytes.length > work.limits.envelopeBytes) {
    return bad('limit-size', `an envelope of ${work.bytes.length} bytes`).problem;
  }
  const item = open(work, work.bytes, 0);
  if (!item.ok) return item.problem;
  const envelope = untagged(work, item.value);
  if (!envelope.ok) return envelope.problem;
  // Without its wrapper the envelope is refused in the next step; without a manifest it is none.
  const manifest = work.rules.member(envelope.value, envelopeKey.manifest, 'verify');
  if (manifest?.kind !== 'bstr')
    return bad('envelope-structure', 'no manifest in a byte string', manifest).problem;
  const payloads = integratedPayloads(work, envelope.value);
  if (!payloads.ok) return payloads.problem;

  work.envelope = envelope.value;
  work.payloads = payloads.value;
  return undefined;
}

/** Appendix A leaves an untagged envelope open; this recipient wants tag 107, once. */
function untagged(work: Work, item: Item): Result<CborMap> {
  if (item.kind === 'tag' && item.tag === BigInt(suitTag.manifest)) {
    return bad('auth-missing', 'a manifest without an envelope', item);
  }
  if (item.kind !== 'tag' && item.kind !== 'map') return bad('envelope-structure', 'not an envelope', item);
  if (item.kind !== 'tag' || item.tag !== BigInt(suitTag.envelope))
    return bad('wrong-tag', 'not tag 107', item);
  const map = item.item;
  if (map.kind === 'tag') return bad('wrong-tag', 'a tag inside tag 107', map);
  if (map.kind !== 'map') return bad('envelope-structure', 'the envelope is not a map', map);
  const unique = work.rules.uniqueKeys(map);
  if (unique !== true) return bad(unique, 'a key of the envelope stands twice', map);
  // Draft §8.3: the wrapper comes before the manifest; §8.1: all keys in canonical order.
  if (work.rules.keyOrder(map) !== true) return bad('envelope-order', 'members out of order', map);
  return { ok: true, value: map };
}

/** Draft §7.5: text keys; §8.2: every member is a byte string. Unknown integer keys have no effect. */
function integratedPayloads(work: Work, envelope: CborMap): Result<ReadonlyMap<string, Uint8Array>> {
  const payloads = new Map<string, Uint8Array>();
  for (const [key, value] of envelope.entries) {
    if (key.kind !== 'tstr' && work.rules.integer(key) === undefined) {
      return bad('envelope-structure', 'a key is neither an integer nor a text', key);
    }
    if (key.kind !== 'tstr') continue;
    const uri = textOf(work, key, 'the key of an integrated payload');
    if (!uri.ok) return uri;
    if (value.kind !== 'bstr')
      return bad('envelope-structure', 'an integrated payload is no byte string', value);
    payloads.set(uri.value, value.bytes);
  }
  return { ok: true, value: payloads };
}
