/**
 * What a process may ask while it works on a delivery: pieces of payloads, leave for a storage step, the time.
 *
 * So power cuts, payloads that change between two requests and payloads without end reach verifiers that simulate
 * neither power nor network themselves.
 *
 * @module
 */
import { toHex } from '../../cbor/hex.ts';
import type { Delivery, Payload } from '../../device/delivery.ts';
import { deliveryToJson, type Json } from '../../device/json.ts';
import type { Outcome } from '../../device/outcome.ts';
import type { Clock } from '../../device/recipient.ts';
import type { Claims } from '../verifier.ts';
import { describeValue } from './check-value.ts';
import { checkMessage } from './schema.ts';

export const callbacks = ['fetch', 'storage', 'clock'] as const;

export type Callback = (typeof callbacks)[number];

/** What the bench does by itself for those who ask. */
export function extrasBy(claimed: readonly Callback[]): NonNullable<Claims['extras']> {
  return [
    ...(claimed.includes('fetch') ? (['later-payloads'] as const) : []),
    ...(claimed.includes('storage') ? (['power-cut'] as const) : []),
  ];
}

/** The delivery without what is asked for. */
export function withoutAsked(delivery: Delivery, claimed: readonly Callback[]): Delivery {
  if (claimed.length === 0) return delivery;
  const { payloads, laterPayloads, powerCut, ...rest } = delivery;
  return {
    ...rest,
    payloads: claimed.includes('fetch') ? [] : payloads,
    ...(laterPayloads && !claimed.includes('fetch') && { laterPayloads }),
    ...(powerCut && !claimed.includes('storage') && { powerCut }),
  };
}

type Message = Readonly<Record<string, unknown>>;

export type Reply =
  | { readonly kind: 'reply'; readonly fields: { readonly [key: string]: Json } }
  | { readonly kind: 'wrong'; readonly error: string };

/** The questions about one delivery. */
export class Questions {
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #claimed: readonly Callback[];
  /** Requests for each URI; one begins at offset 0. */
  readonly #requests = new Map<string, number>();
  #steps = 0;
  /** Steps that were whole when the power failed. */
  #wholeAtCut: number | undefined;

  constructor(delivery: Delivery, clock: Clock, claimed: readonly Callback[]) {
    this.#claimed = claimed;
    this.#delivery = delivery;
    this.#clock = clock;
  }

  answer(callback: Callback, message: Message): Reply {
    const error = checkMessage(callback, message);
    if (error !== undefined) return wrong(`${callback}: ${error}`);
    if (this.#wholeAtCut !== undefined) return wrong(`${callback}: after the power had failed`);
    switch (callback) {
      case 'fetch':
        return this.#fetch(
          message as { readonly uri: string; readonly offset: number; readonly length: number },
        );
      case 'storage':
        return this.#storage(message.step as number);
      case 'clock':
        return { kind: 'reply', fields: clockFields(this.#clock) };
    }
  }

  /** What it decided, held against what it asked. */
  check(outcome: Outcome, reports: Claims['reports']): Outcome {
    const whole = this.#wholeAtCut;
    const asks = this.#claimed.includes('storage');
    if (whole !== undefined && (outcome.kind === 'accepted' || outcome.kind === 'rejected'))
      return {
        kind: 'protocol-error',
        error: `kind: wanted interrupted, the power failed after ${whole} whole steps`,
      };
    if (asks && outcome.kind === 'interrupted' && outcome.storageSteps !== whole)
      return {
        kind: 'protocol-error',
        error: `storageSteps: wanted ${whole ?? 'no interruption, the power did not fail'}, got ${outcome.storageSteps}`,
      };
    if (!('effects' in outcome) || !reports.includes('effects')) return outcome;
    const told = (outcome.effects ?? []).flatMap((effect) => (effect.kind === 'fetch' ? [effect.uri] : []));
    const untold = [...this.#requests.keys()].find((uri) => !told.includes(uri));
    if (untold === undefined) return outcome;
    return {
      kind: 'protocol-error',
      error: `effects: it fetched ${describeValue(untold)} and does not report it`,
    };
  }

  #fetch({
    uri,
    offset,
    length,
  }: {
    readonly uri: string;
    readonly offset: number;
    readonly length: number;
  }): Reply {
    const before = this.#requests.get(uri) ?? 0;
    if (offset > 0 && before === 0)
      return wrong(`fetch: offset ${offset} of a request that was not begun at 0`);
    const request = offset === 0 ? before + 1 : before;
    this.#requests.set(uri, request);
    const of = (payloads: readonly Payload[] = []) => payloads.find((payload) => payload.uri === uri);
    const { payloads, laterPayloads } = this.#delivery;
    const payload = (request > 1 ? of(laterPayloads) : undefined) ?? of(payloads);
    return { kind: 'reply', fields: { uri, offset, ...pieceOf(payload, offset, length) } };
  }

  #storage(step: number): Reply {
    if (step !== this.#steps + 1) return wrong(`storage: step ${step} after step ${this.#steps}`);
    this.#steps = step;
    const { powerCut } = this.#delivery;
    if (powerCut?.step !== step) return { kind: 'reply', fields: { step, do: 'go' } };
    this.#wholeAtCut = powerCut.when === 'after' ? step : step - 1;
    return { kind: 'reply', fields: { step, do: powerCut.when } };
  }
}

function pieceOf(
  payload: Payload | undefined,
  offset: number,
  length: number,
): { readonly [key: string]: Json } {
  if (payload === undefined) return { kind: 'not-found' };
  switch (payload.kind) {
    case 'endless':
      return { kind: 'bytes', bytes: toHex(repeated(payload.bytes, offset, length)), end: false };
    case 'bytes':
    case 'slow': {
      const { bytes } = payload;
      const seconds = payload.kind === 'slow' ? { seconds: payload.seconds } : {};
      const piece = bytes.subarray(offset, offset + length);
      return { kind: 'bytes', bytes: toHex(piece), end: offset + length >= bytes.length, ...seconds };
    }
    default: {
      // A redirection, or content of which only the digest is known: told as it is.
      const { uri: _asked, ...rest } = (
        deliveryToJson({ event: 'update', payloads: [payload] }).payloads as readonly [
          { readonly [key: string]: Json },
        ]
      )[0];
      return rest;
    }
  }
}

/** Of these bytes again and again, so many from this place on. */
function repeated(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (bytes.length === 0) return new Uint8Array(0);
  const from = offset % bytes.length;
  return Buffer.alloc(length, Buffer.concat([bytes.subarray(from), bytes.subarray(0, from)]));
}

function clockFields(clock: Clock): { readonly [key: string]: Json } {
  return clock.kind === 'none' ? { kind: 'none' } : { kind: clock.kind, now: String(clock.now) };
}

function wrong(error: string): Reply {
  return { kind: 'wrong', error };
}
