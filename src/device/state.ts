/**
 * States compared, hashed and put into words.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../cbor/hex.ts';
import { stateToJson } from './json.ts';
import type { Content, RecipientState } from './recipient.ts';

export function equalState(a: RecipientState, b: RecipientState): boolean {
  return differing(a, b).next().done === true;
}

/** SHA-256, hexadecimal: the same for equal states. */
export function hashState(state: RecipientState): string {
  const { sequenceNumber, installed, contents } = state;
  // The members in one order, whatever order the value has them in.
  const ordered = {
    ...(sequenceNumber !== undefined && { sequenceNumber }),
    ...(installed !== undefined && { installed }),
    contents: contents.map((slots) => slots.map(ordinary)),
  };
  return createHash('sha256')
    .update(JSON.stringify(stateToJson(ordered)))
    .digest('hex');
}

/** One line each for the sequence number, the stored envelope and every slot. */
export function describeState(state: RecipientState): readonly string[] {
  return [
    `sequence number: ${state.sequenceNumber ?? 'none'}`,
    `stored envelope: ${inWords(state.installed && { kind: 'bytes', bytes: state.installed })}`,
    ...state.contents.flatMap((slots, component) =>
      slots.map((content, slot) => `${placeName(component, slot)}: ${inWords(content)}`),
    ),
  ];
}

/** What is not the same in the second state, one line each; empty if they are equal. */
export function differences(a: RecipientState, b: RecipientState): readonly string[] {
  return [...differing(a, b)].map((inFull) => inFull());
}

/** Each difference, to be put into words only where somebody reads them: contents are hashed for that. */
function* differing(a: RecipientState, b: RecipientState): Generator<() => string> {
  const [from, to] = [a.sequenceNumber, b.sequenceNumber];
  if (from !== to) yield () => `sequence number: ${from ?? 'none'} became ${to ?? 'none'}`;
  const envelopes = [contentOf(a.installed), contentOf(b.installed)] as const;
  if (!equalContent(...envelopes)) yield () => `stored envelope: ${change(...envelopes)}`;
  for (let component = 0; component < Math.max(a.contents.length, b.contents.length); component++) {
    const [before, after] = [a.contents[component] ?? [], b.contents[component] ?? []];
    for (let slot = 0; slot < Math.max(before.length, after.length); slot++) {
      const [first, second] = [before[slot], after[slot]];
      if (first === undefined || second === undefined || !equalContent(first, second))
        yield () => `${placeName(component, slot)}: ${change(first, second)}`;
    }
  }
}

function change(first: Content | undefined, second: Content | undefined): string {
  return `${inWords(first)} became ${inWords(second)}`;
}

export function equalContent(a: Content, b: Content): boolean {
  if (a.kind === 'bytes') return b.kind === 'bytes' && equalBytes(a.bytes, b.bytes);
  if (a.kind === 'empty') return b.kind === 'empty';
  return (
    b.kind === 'assumed' &&
    a.size === b.size &&
    a.digest.algorithm === b.digest.algorithm &&
    equalBytes(a.digest.bytes, b.digest.bytes)
  );
}

function ordinary(content: Content): Content {
  switch (content.kind) {
    case 'empty':
      return { kind: 'empty' };
    case 'bytes':
      return { kind: 'bytes', bytes: content.bytes };
    case 'assumed': {
      const { algorithm, bytes } = content.digest;
      const size = content.size === undefined ? {} : { size: content.size };
      return { kind: 'assumed', digest: { algorithm, bytes }, ...size };
    }
  }
}

function contentOf(bytes: Uint8Array | undefined): Content {
  return bytes === undefined ? { kind: 'empty' } : { kind: 'bytes', bytes };
}

function placeName(component: number, slot: number): string {
  return `component ${component} slot ${slot}`;
}

function inWords(content: Content | undefined): string {
  switch (content?.kind) {
    case undefined:
      return 'none';
    case 'empty':
      return 'nothing';
    case 'bytes': {
      const digest = createHash('sha256').update(content.bytes).digest();
      return `${content.bytes.length} bytes, SHA-256 ${toHex(digest).slice(0, 16)}…`;
    }
    case 'assumed':
      return `assumed content, ${content.size ?? 'unknown'} bytes, digest ${toHex(content.digest.bytes).slice(0, 16)}…`;
  }
}
