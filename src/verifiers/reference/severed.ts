/**
 * Where each command sequence stands: in the manifest, or severed in the envelope under its digest (draft §8.6).
 *
 * @module
 */
import type { Item } from '../../cbor/item.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import { commonKey, manifestKey } from '../../suit/registry.ts';
import { computeDigest, readDigest } from './digest.ts';
import { commonOf } from './manifest.ts';
import type { Section, Severing } from './rules-manifest.ts';
import { checkText } from './text.ts';
import type { Work } from './work.ts';

/** Sections in the manifest's order of keys; payload-fetch and install may be severed. */
const sectionKeys = [
  ['validate', manifestKey.validate],
  ['load', manifestKey.load],
  ['invoke', manifestKey.invoke],
  ['payloadFetch', manifestKey.payloadFetch],
  ['install', manifestKey.install],
] as const;

const severable: readonly number[] = [manifestKey.payloadFetch, manifestKey.install, manifestKey.text];

export function collectElements(work: Work): Problem | undefined {
  const elements = new Map<Section, Item>();
  const common = commonOf(work);
  if ('reason' in common) return common;
  const shared = work.rules.member(common, commonKey.sharedSequence, 'execute');
  if (shared !== undefined) elements.set('shared', shared);

  const sections = work.rules.sections(work.delivery.event);
  for (const [section, key] of sectionKeys) {
    const element = elementOf(work, key);
    if (!element.ok) return element.problem;
    const { severing, item, listed } = element.value;
    const needed = work.rules.needed(severing, listed, section, sections);
    if (needed !== true) return bad(needed, `${section} was severed`).problem;
    if (item !== undefined) elements.set(section, item);
  }
  work.elements = elements;
  // A severed text need not be there; if it is, it must be the right one.
  const text = elementOf(work, manifestKey.text);
  if (!text.ok) return text.problem;
  return text.value.item && checkText(work, text.value.item);
}

interface Element {
  readonly severing: Severing;
  readonly listed: boolean;
  readonly item: Item | undefined;
}

function elementOf(work: Work, key: number): Result<Element> {
  const inManifest = work.rules.member(work.manifest, key, 'execute');
  const inEnvelope = severable.includes(key) ? work.rules.member(work.envelope, key, 'execute') : undefined;
  const matches = severedMatches(work, inManifest, inEnvelope);
  if (!matches.ok) return matches;
  const severing = work.rules.severed(inManifest, inEnvelope, matches.value);
  if (severing !== 'inline' && severing !== 'envelope' && severing !== 'absent') {
    return bad(severing, `element ${key}`, inEnvelope ?? inManifest);
  }
  const place = severing === 'inline' ? inManifest : inEnvelope;
  const item = severing === 'absent' ? undefined : place;
  return good({ severing, listed: inManifest !== undefined, item });
}

/** Draft §8.4.12: the digest covers the whole byte string in the envelope. */
function severedMatches(
  work: Work,
  inManifest: Item | undefined,
  inEnvelope: Item | undefined,
): Result<boolean> {
  if (inManifest?.kind !== 'array') return good(false);
  const digest = readDigest(work, inManifest);
  if (!digest.ok) return digest;
  if (inEnvelope === undefined) return good(false);
  if (inEnvelope.kind !== 'bstr')
    return bad('envelope-structure', 'a severed element is no byte string', inEnvelope);
  const actual = computeDigest(work, digest.value.algorithm, work.rules.digestInput(inEnvelope, work.bytes));
  return actual.ok ? good(work.rules.digestMatches(digest.value.bytes, actual.value)) : actual;
}
