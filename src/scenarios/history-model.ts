/**
 * A device's life as a small model: what each delivery of a history must come to, worked out from plans alone (draft
 * §6.1, §6.2, §6.3.1, §8.4.2). No verifier takes part.
 *
 * @module
 */

import type { Signer } from '../cose/blocks.ts';
import { sameKey } from '../cose/key.ts';
import type { Delivery, DeliveryEvent, PowerCut } from '../device/delivery.ts';
import { type Recipient, type RecipientState, stateOf, withState } from '../device/recipient.ts';
import { setSequenceNumber } from '../suit/edit.ts';
import { encode, seal } from '../suit/parts.ts';
import { anchorOf } from './authentication.ts';
import { largestNumber, type ReleaseBook } from './release-book.ts';
import { distinct, type States } from './resume.ts';
import { type Refusal, type RunStep, type Scenario, type ScenarioDelivery, step } from './scenario.ts';

/** Nobody whom the device trusts has signed it. */
const unknownKey: Pick<Refusal, 'stage' | 'reasons' | 'lateDetection'> = {
  stage: 'authenticate',
  reasons: ['key-unknown', 'sig-invalid'],
  lateDetection: true,
};
const revokedKey: Refusal = { fault: 'revoked-key', family: 'replay', ...unknownKey };
const rolledBack: Pick<Refusal, 'stage' | 'reasons'> = { stage: 'sequence', reasons: ['sequence-rollback'] };

/**
 * Tells a history, happening by happening. With `faults` off it tells its twin: the same releases, boots and changes
 * of the set-up, and nothing hostile. A happening without a meaning at its place is left out.
 */
export class HistoryModel {
  readonly steps: RunStep[] = [];
  private readonly scenario: Scenario;
  private readonly book: ReleaseBook;
  private readonly faults: boolean;
  /** Its set-up; the state in it is that of the last new session. */
  private device: Recipient;
  /** What it may be by now: after a power cut more than one thing. */
  private states: States;
  /** Of the releases that the author has issued. */
  private newest: bigint;
  private isRotated = false;
  private isRevoked = false;
  /** The stored envelope is, or may be, signed by a key that is trusted no longer. */
  private isStale = false;
  /** An installation broke off: what the components hold is not known. */
  private isDamaged = false;
  /** The next step begins a session. */
  private isNew = false;

  constructor(scenario: Scenario, book: ReleaseBook, faults: boolean) {
    this.scenario = scenario;
    this.book = book;
    this.faults = faults;
    this.device = scenario.recipient;
    this.states = [stateOf(scenario.recipient)];
    this.newest = scenario.recipient.sequenceNumber ?? 0n;
  }

  /** The author's next release, `gap` above the last. */
  update(gap: bigint, cut?: PowerCut): void {
    if (!this.issue(gap)) return;
    if (this.faults && this.isRevoked) {
      this.refuseUpdate(this.newest, revokedKey);
      return;
    }
    this.deliver('update', 'accept', this.faults ? cut : undefined);
  }

  /** The network delivers the newest release once more. */
  again(): void {
    if (!this.faults || !this.book.has(this.newest)) return;
    if (this.isRevoked) {
      this.refuseUpdate(this.newest, revokedKey);
      return;
    }
    const isOverdue = this.states.every((state) => (state.sequenceNumber ?? 0n) < this.newest);
    this.deliver('update', isOverdue ? 'accept' : 'either');
  }

  /** The next release, and its payloads are not to be had; false: it needs none, or cannot come. */
  starve(gap: bigint): boolean {
    if (this.isRevoked || !this.book.isServed || !this.issue(gap)) return false;
    if (!this.faults) return true;
    const one = this.delivered('update', this.lowest(), this.newest);
    const refusal = {
      fault: 'no-payload',
      family: 'payload',
      stage: 'payload',
      reasons: ['fetch-failed'],
    } as const;
    this.refuse({ ...step(one, 'reject'), delivery: { ...one.delivery, payloads: [] }, refusal });
    this.isDamaged = true;
    return true;
  }

  /** A release of the author's, below what is installed. */
  older(back: bigint): void {
    const room = this.lowest().sequenceNumber ?? 0n;
    if (!this.faults || room === 0n) return;
    const number = room - 1n - ((back - 1n) % room);
    if (!this.book.has(number)) return;
    const refusal = this.isRevoked ? { ...unknownKey, lateDetection: false } : rolledBack;
    const reasons = [...refusal.reasons, ...rolledBack.reasons];
    this.refuseUpdate(number, { fault: 'older-release', family: 'rollback', ...refusal, reasons });
  }

  /** A release above all others, by one whom the device does not trust, or trusts no longer. */
  forge(ahead: bigint): void {
    const room = largestNumber - this.newest;
    const untrusted = this.isRotated ? this.scenario.signers : this.scenario.strangers;
    if (!this.faults || room === 0n || untrusted.length === 0) return;
    const number = this.newest + 1n + ((ahead - 1n) % room);
    const of = this.delivered('update', this.lowest(), this.newest);
    const forged = seal(setSequenceNumber(this.book.release(this.newest), number), untrusted);
    const delivery: Delivery = { ...of.delivery, envelope: encode(forged) };
    const refusal: Refusal = { fault: 'forged-release', family: 'authentication', ...unknownKey };
    this.refuse({ ...step(of, 'reject'), delivery, level: 'authenticated', refusal });
  }

  /** In the twin only where the stored release is by a trusted key; false: there may be none to boot. */
  boot(cut?: PowerCut): boolean {
    const isStored = this.states.every(({ installed }) => installed !== undefined);
    if (!this.book.events.includes('boot') || !isStored) return false;
    if (!this.faults && this.isStale) return true;
    const isOpen = this.faults && (this.isStale || this.isRevoked || this.isDamaged);
    this.deliver('boot', isOpen ? 'either' : 'accept', this.faults ? cut : undefined);
    return true;
  }

  /** The author's key is replaced, in the device and in what comes from then on; false: it cannot be here. */
  rotate(): boolean {
    const { signers, strangers, recipient } = this.scenario;
    const [signer, stranger] = [signers[0], strangers[0]];
    if (!this.isCertain() || signer === undefined || stranger === undefined) return false;
    const isOnly = signers.length === 1 && recipient.anchors.length === 1;
    if (!isOnly || !sameKey(signer.key, recipient.anchors[0]?.key as Signer['key'])) return false;
    this.isRotated = !this.isRotated;
    this.isRevoked = false;
    this.isStale = true;
    const anchors = recipient.anchors.map((anchor) =>
      this.isRotated ? { ...anchorOf(stranger), roles: anchor.roles } : anchor,
    );
    this.setUp({ ...this.device, anchors });
    return true;
  }

  /** The device trusts nobody any more, until the key is replaced. */
  revoke(): void {
    if (!this.faults || !this.isCertain() || this.isRevoked) return;
    this.isRevoked = true;
    this.isStale = true;
    this.setUp({ ...this.device, anchors: [] });
  }

  /** Seconds since 1970; false: it cannot be set here. */
  setClock(now: bigint): boolean {
    if (!this.isCertain()) return false;
    this.setUp({ ...this.device, clock: { kind: 'trusted', now } });
    return true;
  }

  /** The newest release comes to another device of the class, in the state that this one had at the start. */
  visit(): void {
    const first = this.scenario.recipient;
    if (!this.faults || !this.isCertain() || this.isRevoked || this.newest === first.sequenceNumber) return;
    if (this.book.namesDevice === 'unsure') return;
    const on: Recipient = {
      ...withState(this.device, stateOf(first)),
      components: first.components.map((one) => ({ ...one, deviceIds: one.deviceIds.map(otherId) })),
    };
    const one = this.delivered('update', stateOf(first), this.newest);
    const refusal: Refusal = {
      fault: 'other-device',
      family: 'applicability',
      stage: 'applicability',
      reasons: ['device-mismatch'],
    };
    const visited = this.book.namesDevice ? refused({ ...step(one, 'reject'), refusal }) : step(one);
    this.steps.push({ ...visited, on });
    this.isNew = true;
  }

  /** The last hostile delivery once more. */
  repeat(): void {
    const last = this.steps.at(-1);
    if (last?.must !== 'reject' || this.isNew) return;
    const { on: _on, ...again } = last;
    this.steps.push(again);
  }

  /** The next release as a scenario on the device as it is; undefined where attacks would not mean the same. */
  here(): Scenario | undefined {
    if (!this.faults || this.isRotated || this.isRevoked || this.newest === largestNumber) return undefined;
    const number = this.newest + 1n;
    if (!this.book.has(number)) return undefined;
    const state = this.lowest();
    const update = this.delivered('update', state, number);
    const boots = this.book.events.includes('boot');
    const deliveries = [update, ...(boots ? [this.book.deliver('boot', number, update.after)] : [])];
    return { ...this.book.scenario(number), recipient: withState(this.device, state), deliveries };
  }

  /** A hostile delivery that leaves the device as it was. */
  refuse(one: RunStep): void {
    this.push(refused(one));
  }

  private refuseUpdate(number: bigint, refusal: Refusal): void {
    this.refuse({ ...step(this.delivered('update', this.lowest(), number), 'reject'), refusal });
  }

  private deliver(event: DeliveryEvent, must: 'accept' | 'either', powerCut?: PowerCut): void {
    const all = this.states.map((state) => this.delivered(event, state, this.newest));
    const [first, ...others] = all as [ScenarioDelivery, ...ScenarioDelivery[]];
    const [after, ...alsoAfter] = distinct([first.after, ...others.map((one) => one.after)]);
    const { after: _known, ...rest } = step(first, must);
    // A boot whose answer is open may leave anything that its loading comes to.
    const isOpen = event === 'boot' && must === 'either';
    const left = isOpen ? {} : { after, ...(alsoAfter.length > 0 && { alsoAfter }) };
    const { invokes: _i, ...unjudged } = rest;
    const delivery = { ...first.delivery, ...(powerCut && { powerCut }) };
    this.push({ ...(isOpen ? unjudged : rest), delivery, ...left });
    const isSure = must === 'accept' && powerCut === undefined;
    this.states = distinct(isSure ? [after, ...alsoAfter] : [after, ...alsoAfter, ...this.states]);
    if (event === 'update' && isSure) {
      this.isDamaged = false;
      this.isStale = false;
    }
  }

  /** What comes of this release, or of a boot, in this state. */
  private delivered(event: DeliveryEvent, state: RecipientState, number: bigint): ScenarioDelivery {
    const current = event === 'update' ? number : (state.sequenceNumber ?? 0n);
    const one = this.book.deliver(event, current, state);
    if (event === 'boot' || !this.isRotated) return one;
    const envelope = encode(this.book.release(number, this.scenario.strangers));
    return {
      ...one,
      delivery: { ...one.delivery, envelope },
      after: { ...one.after, installed: envelope },
    };
  }

  private push(one: RunStep): void {
    this.steps.push({ ...one, ...(this.isNew && { on: withState(this.device, this.states[0]) }) });
    this.isNew = false;
  }

  private setUp(device: Recipient): void {
    this.device = device;
    this.isNew = true;
  }

  private issue(gap: bigint): boolean {
    const next = this.book.next(this.newest, gap);
    this.newest = next ?? this.newest;
    return next !== undefined;
  }

  private isCertain(): boolean {
    return this.states.length === 1 && !this.isDamaged;
  }

  private lowest(): RecipientState {
    const number = ({ sequenceNumber = 0n }: RecipientState): bigint => sequenceNumber;
    return this.states.reduce((lowest, state) => (number(state) < number(lowest) ? state : lowest));
  }
}

/** Nothing is expected of its state but that it stays. */
function refused({ after: _after, alsoAfter: _also, invokes: _invokes, ...rest }: RunStep): RunStep {
  return rest;
}

function otherId(id: Uint8Array): Uint8Array {
  return id.with(-1, (id.at(-1) ?? 0) ^ 1);
}
