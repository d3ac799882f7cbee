/**
 * Readings: what verifiers made of the same bytes where they accept them, side by side (draft §6.3: executing the same
 * manifest on several recipients results in the same state).
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { toHex } from '../cbor/hex.ts';
import type { Accepted, Effect } from '../device/decision.ts';
import { extrasOf } from '../device/delivery.ts';
import type { Outcome } from '../device/outcome.ts';
import type { Content, Recipient } from '../device/recipient.ts';
import type { Claims } from '../verifiers/verifier.ts';
import type { Case } from './case.ts';

/** By what was read, such as "component 0" or "invoked", what a verifier says came of it. */
export type Reading = ReadonlyMap<string, string>;

/** What two or more verifiers do not read alike; by verifier, its words. */
export interface Difference {
  readonly what: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Reader {
  readonly verifier: string;
  readonly level: Accepted['level'];
  readonly reading: Reading;
}

/**
 * What an acceptance says of the delivery, as far as it is claimed to be reported. undefined: no acceptance, or a case
 * in which more than the bytes decides what comes of them.
 */
export function readingOf(one: Case, outcome: Outcome | undefined, claims: Claims): Reading | undefined {
  if (outcome?.kind !== 'accepted' || !isOfBytesAlone(one)) return undefined;
  const { reports } = claims;
  const { state, effects } = outcome;
  const reading = new Map<string, string>();
  if (reports.includes('sequence') && state !== undefined)
    reading.set('sequence number', `${state.sequenceNumber ?? 'none'}`);
  if (reports.includes('components')) {
    for (const [i, text] of componentsOf(outcome, one.attacked.recipient).entries())
      if (text !== undefined) reading.set(`component ${i}`, text);
  }
  if (reports.includes('effects') && effects !== undefined) {
    const invocations = effects.flatMap((effect) => (effect.kind === 'invoke' ? [effect] : []));
    reading.set(
      'invoked',
      invocations.map(({ component }) => `component ${component}`).join(', ') || 'nothing',
    );
    // An invocation that is reported without its arguments says nothing of them.
    for (const [i, { arguments: given }] of invocations.entries())
      if (given !== undefined) reading.set(`arguments of invocation ${i + 1}`, toHex(given) || 'no bytes');
    reading.set('fetched', fetchedBy(effects).join(separator));
  }
  return reading;
}

/** Of readings at the same level: what they differ in, and whose differs from the one that most share, or the first. */
export function parted(
  readers: readonly Reader[],
): { readonly base: Reader; readonly other: Reader; readonly differences: readonly Difference[] }[] {
  const alike = (one: Reader) => readers.filter((other) => differences(one, other).length === 0).length;
  const [first, ...others] = readers;
  if (first === undefined || others.length === 0) return [];
  const base = others.reduce((best, one) => (alike(one) > alike(best) ? one : best), first);
  return readers.flatMap((other) => {
    const found = differences(base, other);
    return found.length > 0 ? [{ base, other, differences: found }] : [];
  });
}

/** What both tell and tell differently. How far they came must be the same. */
export function differences(a: Reader, b: Reader): readonly Difference[] {
  if (a.level !== b.level) return [];
  return [...a.reading].flatMap(([what, mine]): Difference[] => {
    const theirs = b.reading.get(what);
    if (theirs === undefined || theirs === mine) return [];
    // A fetch may be left out where the content is there already (draft §8.4.10.4).
    if (what === 'fetched' && (isPart(mine, theirs) || isPart(theirs, mine))) return [];
    return [{ what, values: { [a.verifier]: mine, [b.verifier]: theirs } }];
  });
}

const separator = '\n';

function isPart(some: string, all: string): boolean {
  const there = all.split(separator);
  return some.split(separator).every((uri) => uri === '' || there.includes(uri));
}

/** One judged delivery, without anything that happens around it while it is processed. */
function isOfBytesAlone({ attacked }: Case): boolean {
  const judged = attacked.steps.filter(({ must }) => must === 'judged');
  const isPlain = attacked.steps.every(
    ({ must, delivery }) => must !== 'either' && extrasOf(delivery).length === 0,
  );
  return judged.length === 1 && isPlain;
}

/** undefined: what it holds cannot be told from what is reported. */
function componentsOf({ state }: Accepted, recipient: Recipient): readonly (string | undefined)[] {
  if (state?.full !== undefined) {
    return state.full.contents.map((slots, i) => contentText(slots[recipient.components[i]?.current ?? 0]));
  }
  return (state?.components ?? []).map((one) =>
    one === null ? 'empty' : bytesText(one.size, toHex(one.sha256)),
  );
}

function contentText(content: Content | undefined): string | undefined {
  if (content === undefined || content.kind === 'empty') return 'empty';
  if (content.kind === 'assumed') {
    const { digest, size } = content;
    return digest.algorithm === sha256 && size !== undefined
      ? bytesText(size, toHex(digest.bytes))
      : undefined;
  }
  return bytesText(content.bytes.length, createHash('sha256').update(content.bytes).digest('hex'));
}

/** COSE algorithm id. */
const sha256 = -16;

function bytesText(size: number | bigint, digest: string): string {
  return `${size} bytes, SHA-256 ${digest}`;
}

function fetchedBy(effects: readonly Effect[]): readonly string[] {
  return [...new Set(effects.flatMap((effect) => (effect.kind === 'fetch' ? [effect.uri] : [])))].sort();
}
