/**
 * Twins: a control and an attacked run of one event, each with its own release or recipient.
 *
 * @module
 */
import { array, wrapped } from '../cbor/item.ts';
import type { Delivery, DeliveryEvent, Payload } from '../device/delivery.ts';
import type { Recipient, RecipientState } from '../device/recipient.ts';
import { needsOf } from '../scenarios/needs.ts';
import { before, controlOf, type Needs, type Run, type Scenario, step } from '../scenarios/scenario.ts';
import { isSectionSevered, type Section, sequenceOf, setMember, withSequence } from '../suit/edit.ts';
import { type EnvelopeParts, encode, seal } from '../suit/parts.ts';
import { commands, manifestKey, parameters, registered } from '../suit/registry.ts';
import type { Attacked, Expectation } from './attack.ts';
import type { Commands } from './command-items.ts';
import { afterDelivering, attacked, defaultEvent } from './deliver.ts';

/** What one of the two runs has of its own; nothing: the scenario's delivery as it is. */
export interface Side {
  /** The author's change; digest and signatures are redone. */
  readonly release?: (parts: EnvelopeParts) => EnvelopeParts | undefined;
  readonly recipient?: (recipient: Recipient) => Recipient | undefined;
  readonly payloads?: readonly Payload[];
  /** Contents after an acceptance; default: what the scenario's delivery leaves. */
  readonly contents?: RecipientState['contents'];
  /** What a boot must give to the component that it invokes last. */
  readonly invokeArguments?: Uint8Array;
}

export interface Twins {
  /** Default: the update, or the boot where there is no update. */
  readonly event?: DeliveryEvent;
  /** Of both runs. */
  readonly recipient?: (recipient: Recipient) => Recipient | undefined;
  readonly control?: Side;
  readonly attacked: Side;
  readonly expect?: Expectation;
}

/** undefined where a change has no meaning, or needs a private key that is not at hand. */
export function twins(scenario: Scenario, wanted: Twins): Attacked | undefined {
  const event = wanted.event ?? defaultEvent(scenario);
  const found = before(scenario, event);
  const recipient = found && (wanted.recipient?.(found.recipient) ?? found.recipient);
  if (found === undefined || recipient === undefined) return undefined;
  if (wanted.recipient !== undefined && recipient === found.recipient) return undefined;

  const made: EnvelopeParts[] = [];
  const side = (
    { release, recipient: change, payloads, contents, invokeArguments }: Side,
    must: 'accept' | 'judged',
  ) => {
    const own = change ? change(recipient) : recipient;
    const changed = release && scenario.signers.length > 0 ? release(scenario.release) : undefined;
    if (own === undefined || (release !== undefined && changed === undefined)) return undefined;
    if (changed !== undefined) made.push(changed);
    const sealed = changed && seal(changed, scenario.signers);
    const delivery: Delivery = {
      ...found.delivery.delivery,
      ...(sealed && { envelope: encode(sealed) }),
      ...(payloads && { payloads }),
    };
    const after = afterDelivering(
      { ...found.delivery.after, ...(contents && { contents }) },
      delivery,
      sealed,
    );
    const expected = { after, ...(invokeArguments && { invokeArguments }) };
    const run: Run = { recipient: own, steps: [{ ...step(found.delivery, must), delivery, ...expected }] };
    return run;
  };
  const isUntouched = wanted.control === undefined && wanted.recipient === undefined;
  const control = isUntouched ? controlOf(scenario, event) : side(wanted.control ?? {}, 'accept');
  const attack = side(wanted.attacked, 'judged');
  return control && attack && { ...attacked(control, attack, wanted), needs: addedNeeds(made) };
}

/** Commands for a section, in front of those that it has or after them. */
export interface Insertion {
  readonly section: Section;
  readonly at?: 'start' | 'end';
  readonly commands: Commands;
  /** The section is made where the manifest has none. */
  readonly makes?: true;
}

/** undefined: the manifest lacks one of the sections, or its commands are severed and gone. */
export function inserted(
  parts: EnvelopeParts,
  ...insertions: readonly Insertion[]
): EnvelopeParts | undefined {
  return insertions.reduce<EnvelopeParts | undefined>(
    (edited, { section, at = 'end', commands: added, makes }) => {
      const made = edited && makes ? withSection(edited, section) : edited;
      if (made === undefined || sequenceOf(made, section) === undefined) return undefined;
      return withSequence(made, section, (list) => ({
        ...list,
        items: at === 'start' ? [...added, ...list.items] : [...list.items, ...added],
      }));
    },
    parts,
  );
}

function withSection(parts: EnvelopeParts, section: Section): EnvelopeParts {
  if (section === 'shared' || isSectionSevered(parts, section) || sequenceOf(parts, section)) return parts;
  return { ...parts, manifest: setMember(parts.manifest, manifestKey[section], wrapped(array())) };
}

/** The author adds commands, and the untouched release is the control. */
export function insert(
  scenario: Scenario,
  insertions: readonly Insertion[],
  options: Pick<Twins, 'event' | 'expect'> & { readonly contents?: RecipientState['contents'] } = {},
): Attacked | undefined {
  const { contents, ...others } = options;
  const release = (parts: EnvelopeParts) => inserted(parts, ...insertions);
  return twins(scenario, { ...others, attacked: { release, ...(contents && { contents }) } });
}

/** The commands and parameters of the draft that made releases have; what no registry has, nobody need claim. */
export function addedNeeds(made: readonly EnvelopeParts[]): Pick<Needs, 'commands' | 'parameters'> {
  const needs = made.map((parts) => needsOf(parts, []));
  return {
    commands: needs.flatMap((of) => of.commands).filter((code) => registered(commands, code) !== undefined),
    parameters: needs
      .flatMap((of) => of.parameters)
      .filter((key) => registered(parameters, key) !== undefined),
  };
}
