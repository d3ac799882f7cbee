/**
 * A scenario: a recipient and the deliveries that it must accept, with the state each must end in.
 *
 * @module
 */
import type { Signer } from '../cose/blocks.ts';
import type { Delivery, DeliveryEvent, Level } from '../device/delivery.ts';
import { type Recipient, type RecipientState, withState } from '../device/recipient.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import type { Reason, Stage } from '../suit/stage.ts';
import type { Plan } from './plan.ts';

export interface Scenario {
  /** Id of the valid family it belongs to, or `given` for a user's own envelope. */
  readonly family: string;
  readonly recipient: Recipient;
  /** In order; each must be accepted. An update, a boot, or an update and its boot. */
  readonly deliveries: readonly ScenarioDelivery[];
  /** The release that the deliveries carry, sealed. */
  readonly release: EnvelopeParts;
  /** Who signed it. Empty: the private keys are not at hand and only outsiders' attacks apply. */
  readonly signers: readonly Signer[];
  /** Keys this recipient does not trust, for attackers who sign: same kinds as `signers`. */
  readonly strangers: readonly Signer[];
  /** The image of each component that the update installs; without an update, that the boot finds in place. */
  readonly images: readonly Image[];
  readonly needs: Needs;
  /** What it was built from; absent: a user's own envelope. */
  readonly plan?: Plan;
}

export interface ScenarioDelivery {
  readonly delivery: Delivery;
  /** The state after acceptance, from the generator, never from a verifier. */
  readonly after: RecipientState;
  /** After a power cut: other states that acceptance may leave, by what the device woke as. */
  readonly alsoAfter?: readonly RecipientState[];
  /** The highest level that this delivery and the payloads at hand allow. */
  readonly level: Level;
  /** Indices (recipient's component list) invoked, in order. */
  readonly invokes: readonly number[];
}

export interface Image {
  /** Index into the manifest's component list, and into the recipient's. */
  readonly component: number;
  readonly recipientComponent: number;
  /** Where the update gets it from, be it into this component or into one that it is staged in. */
  readonly uri?: string;
  /** Absent: assumed content. */
  readonly bytes?: Uint8Array;
}

/** What a verifier must claim for a scenario to mean anything to it. */
export interface Needs {
  readonly revision: string;
  readonly events: readonly DeliveryEvent[];
  readonly commands: readonly number[];
  readonly parameters: readonly number[];
  readonly algorithms: readonly number[];
  readonly digests: readonly number[];
  readonly structures: readonly ('sign1' | 'mac0' | 'sign' | 'mac')[];
  /** Features beyond the registries: `custom-commands`. Absent: none. */
  readonly extensions?: readonly string[];
}

/** What is run against a verifier in one session. */
export interface Run {
  readonly recipient: Recipient;
  readonly steps: readonly RunStep[];
}

export interface RunStep {
  readonly delivery: Delivery;
  /** `judged`: the attack's expectation decides. `either`: the answer is not judged here. */
  readonly must: 'accept' | 'reject' | 'either' | 'judged';
  /** State after an acceptance; absent: not judged. */
  readonly after?: RecipientState;
  readonly alsoAfter?: readonly RecipientState[];
  readonly level: Level;
  readonly invokes?: readonly number[];
  /** Arguments that the last invocation must have been given; absent: not judged. */
  readonly invokeArguments?: Uint8Array;
  /** A new session begins here, with this recipient: another device, or the same one, set up anew. */
  readonly on?: Recipient;
  /** Of a step that must be rejected in a history: what should refuse it. */
  readonly refusal?: Refusal;
}

/** A fault within a history. */
export interface Refusal {
  /** Id of the attack, or what else was done. */
  readonly fault: string;
  /** The attack's family. */
  readonly family: string;
  readonly stage: Stage;
  /** Listed reasons, the primary one first. */
  readonly reasons: readonly Reason[];
  readonly lateDetection?: boolean;
  /** That a verifier must claim; default: by stage. */
  readonly level?: Level;
}

/** Does each step say itself what must come of it? Then no single one is judged. */
export function isHistory({ steps }: Run): boolean {
  return steps.length > 0 && steps.every(({ must }) => must !== 'judged');
}

export function step(of: ScenarioDelivery, must: RunStep['must'] = 'accept'): RunStep {
  const { delivery, after, alsoAfter, level, invokes } = of;
  return { delivery, must, after, ...(alsoAfter && { alsoAfter }), level, invokes };
}

/** The recipient as it stands before the scenario's delivery of this event; undefined: there is none. */
export function before(
  scenario: Scenario,
  event: DeliveryEvent,
): { readonly recipient: Recipient; readonly delivery: ScenarioDelivery } | undefined {
  const at = scenario.deliveries.findIndex((d) => d.delivery.event === event);
  const delivery = scenario.deliveries[at];
  if (delivery === undefined) return undefined;
  const previous = scenario.deliveries[at - 1];
  const recipient = previous === undefined ? scenario.recipient : stateAfter(scenario, previous);
  return { recipient, delivery };
}

const controls = new WeakMap<Scenario, Map<DeliveryEvent, Run>>();

/** The untouched twin for attacks on this event: one object per scenario, so that it is run once. */
export function controlOf(scenario: Scenario, event: DeliveryEvent): Run | undefined {
  const known = controls.get(scenario) ?? new Map<DeliveryEvent, Run>();
  controls.set(scenario, known);
  const cached = known.get(event);
  if (cached !== undefined) return cached;
  const found = before(scenario, event);
  if (found === undefined) return undefined;
  const run: Run = { recipient: found.recipient, steps: [step(found.delivery)] };
  known.set(event, run);
  return run;
}

const statesAfter = new WeakMap<ScenarioDelivery, Recipient>();

function stateAfter(scenario: Scenario, delivery: ScenarioDelivery): Recipient {
  const cached = statesAfter.get(delivery);
  if (cached !== undefined) return cached;
  const recipient = withState(scenario.recipient, delivery.after);
  statesAfter.set(delivery, recipient);
  return recipient;
}
