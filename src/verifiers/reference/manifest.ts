/**
 * The manifest's own members: version, then sequence number, then the rest (draft §6.1, §8.4).
 *
 * @module
 */
import type { CborMap, Item } from '../../cbor/item.ts';
import { bad, type Problem } from '../../suit/problem.ts';
import { commonKey, envelopeKey, manifestKey, suitTag } from '../../suit/registry.ts';
import { checkedMap, mistyped, textOf, unless, unwrap, type Work } from './work.ts';

/** The map inside the manifest's byte string, each key once. */
export function openManifest(work: Work): Problem | undefined {
  const member = work.rules.member(work.envelope, envelopeKey.manifest, 'execute');
  if (member === undefined) return bad('envelope-structure', 'no manifest').problem;
  const manifest = unwrap(work, member, 'envelope-structure', 'the manifest');
  if (!manifest.ok) return manifest.problem;
  const map = manifest.value;
  if (map.kind === 'tag' && map.tag === BigInt(suitTag.manifest)) {
    return bad('wrong-tag', 'the manifest in the envelope is tagged', map).problem;
  }
  if (map.kind !== 'map') return bad('manifest-structure', 'the manifest is not a map', map).problem;
  const unique = unless(work.rules.uniqueKeys(map), 'a key of the manifest stands twice', map);
  if (unique !== undefined) return unique;

  work.manifest = map;
  return undefined;
}

/** Draft §6.1: the version first; whatever else is in a manifest of another version means nothing here. */
export function checkVersion(work: Work): Problem | undefined {
  const map = work.manifest;
  const version = work.rules.member(map, manifestKey.version, 'execute');
  const number = version && work.rules.integer(version);
  const accepted = work.rules.acceptsVersion(number);
  if (accepted !== true && version === undefined) return bad('version-missing', 'no version', map).problem;
  if (accepted === true) return undefined;
  return bad(accepted, `version ${number ?? 'of another type'}`, version).problem;
}

/** Draft §6.1, §8.4.2: the rollback check. */
export function checkSequence(work: Work): Problem | undefined {
  const member = work.rules.member(work.manifest, manifestKey.sequenceNumber, 'execute');
  if (member === undefined) return bad('sequence-missing', 'no sequence number', work.manifest).problem;
  const number = work.rules.integer(member);
  if (number === undefined || number < 0n) {
    return mistyped('type-mismatch', 'the sequence number', member).problem;
  }
  work.sequenceNumber = number;
  const installed = work.device.recipient.sequenceNumber;
  const accepted = work.rules.acceptsSequence(installed, number, { event: work.delivery.event });
  if (accepted === true) return undefined;
  return bad(accepted, `sequence number ${number}, current ${installed ?? 'none'}`, member).problem;
}

/** Draft §8.4, appendix A: order and types of all members. Unknown ones have no effect. */
export function checkStructure(work: Work): Problem | undefined {
  const { rules, manifest } = work;
  const order = unless(rules.keyOrder(manifest), 'the keys of the manifest are out of order', manifest);
  if (order !== undefined) return order;
  for (const [key, value] of manifest.entries) {
    const code = rules.integer(key);
    if (code === undefined) {
      return mistyped('type-mismatch', 'a key of the manifest is no integer', key).problem;
    }
    const problem = checkMember(work, Number(code), value);
    if (problem !== undefined) return problem;
  }
  if (rules.member(manifest, manifestKey.common, 'execute') === undefined) {
    return bad('manifest-structure', 'no suit-common', manifest).problem;
  }
  return undefined;
}

const unseverable: readonly number[] = [
  manifestKey.common,
  manifestKey.validate,
  manifestKey.load,
  manifestKey.invoke,
];
const severable: readonly number[] = [manifestKey.payloadFetch, manifestKey.install, manifestKey.text];

function checkMember(work: Work, code: number, value: Item): Problem | undefined {
  if (code === manifestKey.referenceUri) {
    const uri = textOf(work, value, 'the reference URI');
    return uri.ok ? undefined : uri.problem;
  }
  const isMember = unseverable.includes(code) || severable.includes(code);
  if (!isMember || value.kind === 'bstr') return undefined;
  if (value.kind !== 'array') return mistyped('type-mismatch', `manifest member ${code}`, value).problem;
  // Draft §8.6: only elements that have a place in the envelope can be severed.
  return severable.includes(code)
    ? undefined
    : bad('manifest-structure', `${code} is not severable`, value).problem;
}

/** SUIT_Common (draft §8.4.5), unwrapped, by whichever step needs it first. */
export function commonOf(work: Work): CborMap | Problem {
  if (work.common !== undefined) return work.common;
  const common = openCommon(work);
  if (!('reason' in common)) work.common = common;
  return common;
}

function openCommon(work: Work): CborMap | Problem {
  const member = work.rules.member(work.manifest, manifestKey.common, 'execute');
  if (member === undefined) return bad('manifest-structure', 'no suit-common', work.manifest).problem;
  const item = unwrap(work, member, 'type-mismatch', 'suit-common');
  if (!item.ok) return item.problem;
  const common = checkedMap(work, item.value, 'manifest-structure', 'suit-common');
  if (!common.ok) return common.problem;
  const wrongKey = common.value.entries.find(([key]) => work.rules.integer(key) === undefined);
  if (wrongKey) return mistyped('type-mismatch', 'a key of suit-common is no integer', wrongKey[0]).problem;
  const shared = work.rules.member(common.value, commonKey.sharedSequence, 'execute');
  if (shared?.kind === 'array')
    return bad('manifest-structure', 'the shared sequence is not severable', shared).problem;
  if (shared !== undefined && shared.kind !== 'bstr') {
    return mistyped('type-mismatch', 'the shared sequence', shared).problem;
  }
  return common.value;
}
