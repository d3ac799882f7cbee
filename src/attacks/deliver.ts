/**
 * From one declared change to two runs: the untouched control and the attacked one.
 *
 * @module
 */
import { type CborMap, valueAt } from '../cbor/item.ts';
import type { Delivery, DeliveryEvent, Payload } from '../device/delivery.ts';
import type { Recipient, RecipientState } from '../device/recipient.ts';
import {
  before,
  controlOf,
  type Image,
  type Run,
  type RunStep,
  type Scenario,
  step,
} from '../scenarios/scenario.ts';
import { type EnvelopeParts, encode, partsOf, seal } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';
import type { Attacked, Expectation } from './attack.ts';

export interface DeliverOptions {
  /** The delivery that is attacked; default: the update, or the boot where there is no update. */
  readonly event?: DeliveryEvent;
  readonly expect?: Expectation;
  /** State after a *must-accept* attack, where it is not what the control leaves (stored envelope and number aside). */
  readonly after?: RecipientState;
  /** What the network answers instead of the control's payloads. */
  readonly payloads?: readonly Payload[];
}

/** Alters what was signed and reseals nothing: an outsider, or the network. */
export function alter(
  scenario: Scenario,
  change: (parts: EnvelopeParts) => EnvelopeParts | Uint8Array | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  const changed = change(scenario.release);
  return changed && deliverEnvelope(scenario, changed, options);
}

/** Changes what the author made; digest and signatures are redone with the rightful keys. */
export function reissue(
  scenario: Scenario,
  change: (parts: EnvelopeParts) => EnvelopeParts | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  if (scenario.signers.length === 0) return undefined;
  const changed = change(scenario.release);
  return changed && deliverEnvelope(scenario, seal(changed, scenario.signers), options);
}

/** The same bytes to a changed recipient. */
export function onDevice(
  scenario: Scenario,
  change: (recipient: Recipient) => Recipient | undefined,
  options: DeliverOptions = {},
): Attacked | undefined {
  const event = options.event ?? defaultEvent(scenario);
  const control = controlOf(scenario, event);
  const recipient = control && change(control.recipient);
  if (control === undefined || recipient === undefined) return undefined;
  return attacked(control, { recipient, steps: control.steps.map(judge) }, options);
}

/** The same recipient and event, with other bytes or another network. */
export function deliverEnvelope(
  scenario: Scenario,
  envelope: EnvelopeParts | Uint8Array,
  options: DeliverOptions = {},
): Attacked | undefined {
  const event = options.event ?? defaultEvent(scenario);
  const found = before(scenario, event);
  const control = controlOf(scenario, event);
  if (found === undefined || control === undefined) return undefined;
  const delivery: Delivery = {
    ...found.delivery.delivery,
    envelope: envelope instanceof Uint8Array ? envelope : encode(envelope),
    ...(options.payloads && { payloads: options.payloads }),
  };
  const after = options.after ?? afterDelivering(found.delivery.after, delivery, envelope);
  const judged: RunStep = { ...step(found.delivery, 'judged'), delivery, after };
  return attacked(control, { recipient: found.recipient, steps: [judged] }, options);
}

/** A longer history: these steps, the last or the marked ones judged, against the control's history. */
export function attacked(control: Run, run: Run, options: Pick<DeliverOptions, 'expect'> = {}): Attacked {
  return { control, attacked: run, ...(options.expect && { expect: options.expect }) };
}

export function judge(of: RunStep): RunStep {
  return { ...of, must: 'judged' };
}

export function defaultEvent(scenario: Scenario): DeliveryEvent {
  return scenario.deliveries.some((d) => d.delivery.event === 'update') ? 'update' : 'boot';
}

/**
 * An accepted update stores its envelope and number (draft §8.4.2); a boot stores neither. `made`: what the envelope was
 * encoded from, which spares reading it.
 */
export function afterDelivering(
  state: RecipientState,
  { event, envelope }: Delivery,
  made: EnvelopeParts | Uint8Array | undefined = envelope,
): RecipientState {
  if (event !== 'update' || envelope === undefined) return state;
  const number = numberIn(made ?? envelope);
  return { ...state, installed: envelope, ...(number !== undefined && { sequenceNumber: number }) };
}

/** undefined: it has none, or is no envelope in the usual shape. */
function numberIn(envelope: EnvelopeParts | Uint8Array): bigint | undefined {
  if (!(envelope instanceof Uint8Array)) return uintAt(envelope.manifest, manifestKey.sequenceNumber);
  const read = partsOf(envelope);
  return read.ok ? uintAt(read.parts.manifest, manifestKey.sequenceNumber) : undefined;
}

function uintAt(of: CborMap, key: number): bigint | undefined {
  const value = valueAt(of, key);
  return value?.kind === 'uint' ? value.value : undefined;
}

/** An image whose bytes are at hand and that the update fetches from the network. */
export interface FetchedImage extends Image {
  readonly uri: string;
  readonly bytes: Uint8Array;
}

/** Images that the network answers for; a payload in the envelope comes first (draft §7.5). */
export function fetchedImages(scenario: Scenario): readonly FetchedImage[] {
  const text = new TextDecoder();
  const integrated = new Set(
    scenario.release.members.flatMap(([key]) => (key.kind === 'tstr' ? [text.decode(key.bytes)] : [])),
  );
  const payloads = before(scenario, 'update')?.delivery.delivery.payloads ?? [];
  return scenario.images.filter(
    (image): image is FetchedImage =>
      image.uri !== undefined &&
      image.bytes !== undefined &&
      !integrated.has(image.uri) &&
      payloads.some((payload) => payload.uri === image.uri && payload.kind === 'bytes'),
  );
}
