/**
 * Fetch: from the envelope's integrated payloads, else from the network (draft §7.5, §8.4.10.4).
 *
 * @module
 */

import type { Payload } from '../../device/delivery.ts';
import type { Content } from '../../device/recipient.ts';
import { parameterKey } from '../../suit/registry.ts';
import { parameterOf, recipientIndex } from './components.ts';
import { markFetched } from './marks.ts';
import { type Run, refuse } from './run.ts';
import { sizeOf } from './storage.ts';
import type { Stretch } from './to-be-signed.ts';
import { store, type Way } from './transfer.ts';
import { hasScheme, isText } from './uri.ts';
import { compareSpans, goTo, major, nextHead, readUint } from './walk.ts';

const numberSign = 0x23;

/** Seconds. */
const longestFetch = 3600;

/** `at`: the command's head. */
export function fetch(run: Run, component: number, at: number): boolean {
  const parameter = parameterOf(run, component, parameterKey.uri);
  if (parameter === 0) return refuse(run, 'param-missing', at);
  goTo(run, parameter);
  if (!nextHead(run)) return false;
  const uri = { start: run.parser.contentStart, end: run.parser.contentEnd };
  const found = findIntegrated(run, uri);
  if (run.reason !== undefined) return false;
  if (found !== undefined) {
    const bytes = run.bytes.subarray(found.start, found.end);
    return receive(run, component, { kind: 'bytes', bytes }, 'in-place', at);
  }
  return request(run, component, uri, at);
}

/** The content of the envelope's member with exactly this key; undefined: there is none, or a refusal. */
function findIntegrated(run: Run, uri: Stretch): Stretch | undefined {
  const { parser, bytes } = run;
  // The tag, then the map's head; every member is a string of definite length after an integer or a text.
  goTo(run, 0);
  if (!nextHead(run) || !nextHead(run)) return undefined;
  const count = parser.argumentLow;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run)) return undefined;
    const isKey =
      parser.major === major.tstr &&
      compareSpans(bytes, parser.contentStart, parser.contentEnd, uri.start, uri.end) === 0;
    if (!nextHead(run)) return undefined;
    if (isKey) return { start: parser.contentStart, end: parser.contentEnd };
  }
  return undefined;
}

function request(run: Run, component: number, { start, end }: Stretch, at: number): boolean {
  const { bytes, recipient, payloads, effects } = run;
  // RFC 3986 §4.4: a fragment names a part of this document, and it is not there.
  if (bytes[start] === numberSign && start < end) return refuse(run, 'fetch-failed', at);
  if (!hasScheme(bytes, start, end, recipient.capabilities.schemes)) return refuse(run, 'uri-rejected', at);
  const uri = new TextDecoder().decode(bytes.subarray(start, end));
  effects.push({ kind: 'fetch', uri, component: recipientIndex(run, component) });
  const payload = payloads.find((offered) => isText(bytes, start, end, offered.uri));
  if (payload === undefined) return refuse(run, 'fetch-failed', at);
  if (payload.kind === 'endless') return stopEndless(run, component, payload, at);
  // A URI is asked once: what is somewhere else is not here.
  if (payload.kind === 'redirect') return refuse(run, 'fetch-failed', at);
  if (payload.kind === 'slow' && payload.seconds > longestFetch) return refuse(run, 'limit-time', at);
  return receive(run, component, contentOf(payload), 'block', at);
}

/** draft §6.3: retrieval stops where more comes than there may be. */
function receive(run: Run, component: number, content: Content, way: Way, at: number): boolean {
  const limit = imageSizeOf(run, component);
  const size = sizeOf(content) ?? 0;
  if (limit !== undefined && size > limit) return refuse(run, 'size-mismatch', at);
  if (!store(run, component, content, way)) return false;
  markFetched(run, component, { isKnown: parameterOf(run, component, parameterKey.imageDigest) !== 0 });
  run.effects.push({ kind: 'write', component: recipientIndex(run, component) });
  return true;
}

/** What has no end is stopped at the image's size, or where the slot is full. One of no bytes never arrives. */
function stopEndless(
  run: Run,
  component: number,
  { bytes }: Payload & { kind: 'endless' },
  at: number,
): boolean {
  if (bytes.length === 0) return refuse(run, 'fetch-failed', at);
  return refuse(run, imageSizeOf(run, component) === undefined ? 'limit-size' : 'size-mismatch', at);
}

/** Bytes; undefined: not given. */
function imageSizeOf(run: Run, component: number): number | undefined {
  const at = parameterOf(run, component, parameterKey.imageSize);
  return at === 0 ? undefined : readUint(run, at);
}

/** The content alone, without the URI that it came by. */
function contentOf(payload: Exclude<Payload, { kind: 'endless' | 'redirect' }>): Content {
  if (payload.kind !== 'assumed') return { kind: 'bytes', bytes: payload.bytes };
  const { digest, size } = payload;
  return { kind: 'assumed', digest, ...(size !== undefined && { size }) };
}
