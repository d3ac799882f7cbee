/**
 * The releases that can be made of a user's own envelope: the same one under other numbers, by the author's key. Without
 * the private key there is the envelope alone.
 *
 * @module
 */
import type { Signer } from '../cose/blocks.ts';
import type { DeliveryEvent } from '../device/delivery.ts';
import { type RecipientState, stateOf } from '../device/recipient.ts';
import { setSequenceNumber } from '../suit/edit.ts';
import { type EnvelopeParts, encode, seal } from '../suit/parts.ts';
import { commandCode } from '../suit/registry.ts';
import { type GivenSections, integratedIn, sectionsOf } from './given-sections.ts';
import { largestNumber, type ReleaseBook } from './release-book.ts';
import type { Scenario, ScenarioDelivery } from './scenario.ts';
import { contentOf, startWalk, type WalkState, walkProcedure } from './walk.ts';

/** Why no history can be told of it; undefined: one can. */
export function whyNoHistory(scenario: Scenario): string | undefined {
  const update = scenario.deliveries.find(({ delivery }) => delivery.event === 'update');
  const number = update?.after.sequenceNumber;
  if (update === undefined || number === undefined)
    return 'it has no update that could come to its end (give its payloads with --payload)';
  if (scenario.signers.length === 0 && number === 0n)
    return 'its number is 0, and without the private key there is no release above it';
  if (scenario.needs.commands.includes(commandCode.swap)) return 'it swaps components';
  const isEmpty = scenario.recipient.components.every(({ slots }) =>
    slots.every((one) => one.kind === 'empty'),
  );
  if (!isEmpty) return 'its update builds on what the device held before';
  const book = new GivenReleases(scenario, update, number);
  return book.repeats() ? undefined : 'its update or its boot cannot be done twice';
}

const books = new WeakMap<Scenario, ReleaseBook>();

/** undefined where `whyNoHistory` says why. One for each scenario: its histories share the releases. */
export function givenReleases(scenario: Scenario): ReleaseBook | undefined {
  const book = books.get(scenario) ?? makeBook(scenario);
  if (book !== undefined) books.set(scenario, book);
  return book;
}

function makeBook(scenario: Scenario): ReleaseBook | undefined {
  if (scenario.plan !== undefined || whyNoHistory(scenario) !== undefined) return undefined;
  const update = scenario.deliveries[0] as ScenarioDelivery;
  return new GivenReleases(scenario, update, update.after.sequenceNumber as bigint);
}

class GivenReleases implements ReleaseBook {
  readonly events: readonly DeliveryEvent[];
  readonly isServed: boolean;
  readonly namesDevice: false | 'unsure';
  private readonly given: Scenario;
  private readonly update: ScenarioDelivery;
  private readonly number: bigint;
  private readonly sections: GivenSections;
  private readonly own = new Map<bigint, EnvelopeParts>();
  private readonly resigned = new Map<bigint, EnvelopeParts>();

  constructor(given: Scenario, update: ScenarioDelivery, number: bigint) {
    this.given = given;
    this.update = update;
    this.number = number;
    this.sections = sectionsOf(given.release);
    this.events = given.deliveries.map(({ delivery }) => delivery.event);
    this.isServed = isServed(given, update);
    this.namesDevice = given.recipient.components.some(({ deviceIds }) => deviceIds.length > 0)
      ? 'unsure'
      : false;
  }

  next(newest: bigint, gap: bigint): bigint | undefined {
    if (this.hasKey) return newest + gap > largestNumber ? undefined : newest + gap;
    return newest < this.number ? this.number : undefined;
  }

  has(number: bigint): boolean {
    return this.hasKey || number === this.number;
  }

  release(number: bigint, signers?: readonly Signer[]): EnvelopeParts {
    if (signers === undefined) return this.ownRelease(number);
    const known = this.resigned.get(number) ?? seal(this.ownRelease(number), signers);
    this.resigned.set(number, known);
    return known;
  }

  deliver(event: DeliveryEvent, number: bigint, from: RecipientState): ScenarioDelivery {
    const walked = this.walk(event, from);
    const contents = from.contents.map((slots, i) => {
      const content = walked && contentOf(walked.components[i] as WalkState['components'][number]);
      return content ? slots.with(this.currentSlot(i), content) : slots;
    });
    if (event === 'update') {
      const envelope = encode(this.release(number));
      const delivery = { ...this.update.delivery, envelope };
      const after = { sequenceNumber: number, installed: envelope, contents };
      return { delivery, after, level: this.update.level, invokes: [] };
    }
    const envelope = from.installed ?? encode(this.release(number));
    const delivery = { event, envelope, payloads: [] } as const;
    return { delivery, after: { ...from, contents }, level: 'invoked', invokes: walked?.invoked ?? [] };
  }

  scenario(number: bigint): Scenario {
    return { ...this.given, release: this.release(number) };
  }

  /** Does every update and boot come to its end, whatever was done before? */
  repeats(): boolean {
    const [first, ...more] = this.events;
    let state = stateOf(this.given.recipient);
    for (const event of [first, ...more, first, ...more, ...more, first]) {
      if (event === undefined || this.walk(event, state) === undefined) return false;
      state = this.deliver(event, this.number, state).after;
    }
    return true;
  }

  private get hasKey(): boolean {
    return this.given.signers.length > 0;
  }

  private currentSlot(component: number): number {
    return this.given.recipient.components[component]?.current ?? 0;
  }

  private ownRelease(number: bigint): EnvelopeParts {
    const { release, signers } = this.given;
    // Without the key there is no other: what is made of it is never the author's.
    if (number === this.number || !this.hasKey) return release;
    const known = this.own.get(number) ?? seal(setSequenceNumber(release, number), signers);
    this.own.set(number, known);
    return known;
  }

  /** undefined: it does not come to its end. */
  private walk(event: DeliveryEvent, from: RecipientState): WalkState | undefined {
    const { shared, gets, validate, boot = [] } = this.sections;
    const brought = this.update.delivery.payloads.flatMap((one) =>
      one.kind === 'bytes' ? [[one.uri, one.bytes] as const] : [],
    );
    const payloads = new Map([...brought, ...integratedIn(this.given.release)]);
    const state = startWalk(from.contents.length, { payloads, assumes: false });
    for (const [i, component] of state.components.entries()) {
      component.slot = this.currentSlot(i);
      component.initial = from.contents[i]?.[component.slot] ?? { kind: 'empty' };
    }
    const sections = event === 'update' ? [...gets, ...validate] : boot;
    return walkProcedure(state, shared, sections) ? state : undefined;
  }
}

function isServed({ images, needs }: Scenario, { delivery }: ScenarioDelivery): boolean {
  const { write, copy, swap } = commandCode;
  const brought = delivery.payloads.map(({ uri }) => uri);
  return (
    images.length > 0 &&
    images.every(({ uri }) => uri !== undefined && brought.includes(uri)) &&
    [write, copy, swap].every((code) => !needs.commands.includes(code))
  );
}
