/**
 * Blind changes as attacks: of a valid envelope, of a manifest that is then sealed anew, and of what another attack
 * delivers.
 *
 * Nobody knows what such bytes mean, so either answer is allowed. What holds of any delivery is held against them all
 * the same: no crash, no hang, no effect before authentication, no changed state after a rejection; and where no key
 * was used, an acceptance that leaves another state than the untouched envelope (draft-ietf-suit-manifest-37 §6.2).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, type Entry, type Item, isInt } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { assemble, encode } from '../suit/parts.ts';
import { envelopeKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { type ByteChange, byteChanges, withChanges } from './byte-change.ts';
import { catalogue } from './catalogue.ts';
import { defaultEvent } from './deliver.ts';
import { deliverBytes, seal } from './encoding-change.ts';

/** Taken modulo the length of what is changed. */
const anywhere = byteChanges(0xffff);

/** Either answer, another one for each case. */
const either: Expectation = { strength: 'policy', varies: true, clause: manifest('6.2') };
const eitherAsSigned: Expectation = { ...either, prohibits: [{ kind: 'other-state' }] };

const shared = { group: 'A', family: 'malformed', threats: [], violates: [] } as const;

export const changeBytes: Attack<readonly ByteChange[]> = {
  ...shared,
  id: 'blind.bytes',
  handle: 'blind-bytes',
  change: 'one to four bytes or bits anywhere in a valid envelope',
  by: 'outsider',
  expects: [eitherAsSigned],
  choice: anywhere,
  apply: (scenario, changes) => {
    const envelope = envelopeOf(scenario);
    return envelope && deliverBytes(scenario, changed(envelope, changes));
  },
};

export const changeManifest: Attack<readonly ByteChange[]> = {
  ...shared,
  id: 'blind.sealed',
  handle: 'blind-sealed',
  change: 'one to four bytes or bits anywhere in the manifest, digest and signatures redone',
  by: 'author',
  expects: [either],
  choice: anywhere,
  apply: (scenario, changes) => {
    if (scenario.signers.length === 0) return undefined;
    const tree = withManifest(assemble(scenario.release), (bytes) => changed(bytes, changes));
    return deliverBytes(scenario, write(seal(tree, 'manifest', scenario.signers)));
  },
};

/** JSON-safe; the other attack's choice is drawn with its seed. */
export interface ChangedAttack {
  readonly attack: string;
  readonly draw: number;
  readonly changes: readonly ByteChange[];
}

export const changeAttacked: Attack<ChangedAttack> = {
  ...shared,
  id: 'blind.attacked',
  handle: 'blind-attacked',
  change: 'one to four bytes or bits anywhere in what another attack delivers',
  by: ['author', 'outsider', 'untrusted-key', 'network', 'device'],
  expects: [either],
  choice: fc.record(
    {
      attack: fc.constantFrom(...catalogue.map(({ id }) => id)),
      draw: fc.nat({ max: 0xffff }),
      changes: anywhere,
    },
    { noNullPrototype: true },
  ),
  apply: (scenario, { attack: id, draw, changes }) => {
    const attack = catalogue.find((one) => one.id === id);
    return attack && changeOnly(attack, scenario, draw, changes);
  },
};

export const blindAttacks: readonly AnyAttack[] = [changeBytes, changeManifest, changeAttacked];

function changeOnly(
  attack: AnyAttack,
  scenario: Scenario,
  draw: number,
  changes: readonly ByteChange[],
): Attacked | undefined {
  const [choice] = fc.sample(attack.choice as fc.Arbitrary<unknown>, { seed: draw, numRuns: 1 });
  const made = attack.apply(scenario, choice);
  const [judged, ...more] = made?.attacked.steps ?? [];
  const envelope = judged?.delivery.envelope;
  // What a longer history has left before the judged step may hang on how the steps before were answered.
  if (made === undefined || judged === undefined || envelope === undefined || more.length > 0)
    return undefined;
  const delivery = { ...judged.delivery, envelope: changed(envelope, changes) };
  return {
    control: made.control,
    attacked: { ...made.attacked, steps: [{ ...judged, delivery }] },
    expect: either,
    ...(made.needs && { needs: made.needs }),
  };
}

function envelopeOf(scenario: Scenario): Uint8Array | undefined {
  const found = before(scenario, defaultEvent(scenario));
  return found && (found.delivery.delivery.envelope ?? encode(scenario.release));
}

function changed(bytes: Uint8Array, changes: readonly ByteChange[]): Uint8Array {
  const within = changes.map((one) => ({ ...one, at: one.at % Math.max(1, bytes.length) }));
  return withChanges(bytes, within);
}

/** The envelope with other bytes in the manifest's byte string. */
function withManifest(item: Item, change: (bytes: Uint8Array) => Uint8Array): Item {
  if (item.kind === 'tag') return { ...item, item: withManifest(item.item, change) };
  if (item.kind !== 'map') return item;
  const entries = item.entries.map(([key, value]): Entry => {
    const isManifest = isInt(key, envelopeKey.manifest) && value.kind === 'wrapped';
    return isManifest ? [key, bstr(change(contentOf(value)))] : [key, value];
  });
  return { ...item, entries };
}

function contentOf({ items }: Extract<Item, { kind: 'wrapped' }>): Uint8Array {
  return Uint8Array.from(items.flatMap((one) => [...write(one)]));
}
