/**
 * Cases for a device that cannot be set back: every one begins with an update that brings the device to a known state,
 * and its numbers lie above all that came before it.
 *
 * @module
 */
import { toHex } from '../cbor/hex.ts';
import { valueAt } from '../cbor/item.ts';
import type { Delivery } from '../device/delivery.ts';
import { withState } from '../device/recipient.ts';
import { buildScenario } from '../scenarios/build.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import type { Plan } from '../scenarios/plan.ts';
import { type Run, type Scenario, step } from '../scenarios/scenario.ts';
import { partsOf } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';
import { type Case, type Inapplicable, isInapplicable, makeCase } from './case.ts';

/** Sequence numbers that each place of the sequence has for itself. */
const span = 4096n;

/** The highest number that the device may hold before the case at this place. */
export function heldBefore({ sequence = '0' }: FixedPlan, place: number): bigint {
  return BigInt(sequence) + span * BigInt(place);
}

/** The drawn case, made anew with the numbers of its place. */
export function inForward(drawn: Case | Inapplicable, fixed: FixedPlan, place: number): Case | Inapplicable {
  if (isInapplicable(drawn)) return drawn;
  const { attack, round, plan, choice } = drawn;
  const held = heldBefore(fixed, place);
  const lead = plan && leadOf(plan, fixed, { held, steps: drawn.control.steps.length });
  if (lead === undefined)
    return { ...drawn, unreachable: 'it leaves a component as it was, and what that holds is not known' };
  const next = nextPlan(plan as Plan, fixed, { lead, number: held + 1n });
  const made = makeCase(attack, round, buildScenario(next), choice);
  if (made === undefined) return { kind: 'inapplicable', attack, round };
  const recipient = stateAfter(lead, made.control);
  const control = { ...made.control, recipient };
  // A valid family's case has one run, and is known by it.
  const attacked = made.attacked === made.control ? control : { ...made.attacked, recipient };
  const unreachable = beyond([lead, control, attacked], held + span);
  return { ...made, plan: next, control, attacked, lead, ...(unreachable && { unreachable }) };
}

/** One case after the other, for a device that may be one without a reset. */
export class Course {
  readonly #fixed: FixedPlan | undefined;
  #place = 0;

  constructor(fixed?: FixedPlan) {
    this.#fixed = fixed?.reset ? fixed : undefined;
  }

  get isForward(): boolean {
    return this.#fixed !== undefined;
  }

  /** The highest number that the device may hold by now. */
  get held(): bigint {
    return this.#fixed ? heldBefore(this.#fixed, this.#place) : 0n;
  }

  next(one: Case): Case {
    if (this.#fixed === undefined) return one;
    const made = inForward(one, this.#fixed, this.#place++);
    return isInapplicable(made) ? { ...one, unreachable: 'it has no meaning there' } : made;
  }
}

/** Undefined: not every component is written by it. What the device held before does not matter to it. */
function leadOf(
  plan: Plan,
  fixed: FixedPlan,
  { held, steps }: { readonly held: bigint; readonly steps: number },
): Run | undefined {
  const unknown = { ...fixed, sequence: String(held), components: fixed.components.map(withoutContent) };
  const scenario: Scenario = buildScenario({
    ...plan,
    fixed: unknown,
    sequence: { installed: String(held), offered: String(held + 1n) },
    // Other images than those of the deliveries that follow it.
    seed: plan.seed + 128,
  });
  const deliveries = scenario.deliveries.slice(0, steps);
  const isKnown = deliveries.at(-1)?.after.contents.every(([slot]) => slot?.kind === 'bytes') ?? false;
  return isKnown ? { recipient: scenario.recipient, steps: deliveries.map((one) => step(one)) } : undefined;
}

type FixedComponent = FixedPlan['components'][number];

function withoutContent({ identifier }: FixedComponent): FixedComponent {
  return { identifier };
}

/** The plan for the device as the lead leaves it. */
function nextPlan(
  plan: Plan,
  fixed: FixedPlan,
  { lead, number }: { readonly lead: Run; readonly number: bigint },
): Plan {
  const contents = lead.steps.at(-1)?.after?.contents ?? [];
  const components = fixed.components.map((component, i): FixedComponent => {
    const [slot] = contents[i] ?? [];
    return slot?.kind === 'bytes' ? { ...component, content: toHex(slot.bytes) } : component;
  });
  return {
    ...plan,
    fixed: { ...fixed, sequence: String(number), components },
    sequence: { installed: String(number), offered: String(number + gapOf(plan)) },
  };
}

/** As it was drawn, so far as it leaves room for the attack's own numbers. */
function gapOf({ sequence: { offered, installed = '0' } }: Plan): bigint {
  const gap = BigInt(offered) - BigInt(installed);
  return gap > 0n && gap < span / 4n ? gap : 1n;
}

function stateAfter(lead: Run, { recipient }: Run): Run['recipient'] {
  const after = lead.steps.at(-1)?.after;
  return after === undefined ? recipient : withState(recipient, after);
}

/** Why the device could not go on from there; undefined: it can. */
function beyond(runs: readonly Run[], limit: bigint): string | undefined {
  const deliveries = runs.flatMap(({ steps }) => steps.map(({ delivery }) => delivery));
  if (deliveries.some(({ anchorsRemoved = [] }) => anchorsRemoved.length > 0))
    return 'it removes a trust anchor for good';
  const isAbove = deliveries.flatMap(envelopesOf).some((envelope) => mayReach(envelope, limit));
  return isAbove ? 'it could leave a number above those of later cases' : undefined;
}

function envelopesOf({ envelope, candidates = [], meanwhile }: Delivery): readonly Uint8Array[] {
  return [...(envelope ? [envelope] : []), ...candidates, ...(meanwhile ? [meanwhile.envelope] : [])];
}

function mayReach(envelope: Uint8Array, limit: bigint): boolean {
  const read = partsOf(envelope);
  // Whoever takes a number out of what cannot be read shows in the controls that follow.
  const number = read.ok ? valueAt(read.parts.manifest, manifestKey.sequenceNumber) : undefined;
  return number !== undefined && !(number.kind === 'uint' && number.value < limit);
}
