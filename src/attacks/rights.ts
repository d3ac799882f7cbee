/**
 * Attacks by a key that the recipient trusts for other components than those that it signs for (draft §9; RFC 9124
 * §4.3.13).
 *
 * @module
 */
import fc from 'fast-check';
import type { Recipient, Right } from '../device/recipient.ts';
import { anchorOf } from '../scenarios/authentication.ts';
import { before, type Scenario, step } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import type { ComponentIdentifier } from '../suit/model.ts';
import { seal } from '../suit/parts.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { attacked, deliverEnvelope } from './deliver.ts';
import { recipientIndices } from './device-change.ts';
import { eitherAnswer, mustReject } from './expectation.ts';
import { isUnder, renaming, targetsOf } from './renamed.ts';
import { twins } from './twin.ts';

const utf8 = new TextEncoder();
const noRight = mustReject(['acl-component'], manifest('9'));
const notAll = mustReject(['acl-command', 'acl-parameter'], manifest('9'));

/** Every anchor may use the components that the manifest lists, and no others. */
function limited(recipient: Recipient, scenario: Scenario): Recipient {
  const rights: readonly Right[] = listed(scenario).map((prefix) => ({ prefix }));
  return { ...recipient, anchors: recipient.anchors.map((anchor) => ({ ...anchor, rights })) };
}

function listed(scenario: Scenario): readonly ComponentIdentifier[] {
  return recipientIndices(scenario).flatMap((own) => {
    const component = scenario.recipient.components[own];
    return component ? [component.identifier] : [];
  });
}

type Granted = 'elsewhere' | 'none' | 'commands' | 'parameters';

/** What the other key may do: something elsewhere, nothing, or here no directive, or no parameter. */
function grantedTo(which: Granted, prefixes: readonly ComponentIdentifier[]): readonly Right[] {
  if (which === 'none') return [];
  if (which === 'elsewhere') return [{ prefix: [utf8.encode('other vendor')] }];
  return prefixes.map((prefix) => ({ prefix, [which]: [] }));
}

/** Another vendor's key, for whom nothing or too little is granted here, signs for this vendor's ids and components. */
export const otherAuthority: Attack<{ rights: Granted }> = {
  id: 'app.id.as-identity',
  handle: 'H06',
  group: 'H',
  family: 'applicability',
  change: "sign for one vendor's components with a key that is trusted for another's",
  by: 'lesser-rights',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS', 'REQ.SEC.ACCESS_CONTROL'],
  expects: [noRight, notAll],
  on: { features: ['update'] },
  choice: fc.record({
    rights: fc.constantFrom<Granted>('elsewhere', 'none', 'commands', 'parameters'),
  }),
  apply(scenario, { rights }) {
    const update = before(scenario, 'update');
    const { signers, strangers } = scenario;
    if (update === undefined || signers.length === 0 || targetsOf(scenario).length === 0) return undefined;
    if (update.recipient.policy.kind !== 'any' || strangers.length !== 1) return undefined;
    const own = limited(update.recipient, scenario);
    const others = strangers.map((signer) => ({
      ...anchorOf(signer),
      rights: grantedTo(rights, listed(scenario)),
    }));
    const recipient = { ...own, anchors: [...own.anchors, ...others] };
    const made = deliverEnvelope(scenario, seal(scenario.release, strangers), { event: 'update' });
    const control = { recipient, steps: [step(update.delivery)] };
    const expect = rights === 'elsewhere' || rights === 'none' ? noRight : notAll;
    return made && attacked(control, { recipient, steps: made.attacked.steps }, { expect });
  },
};

type Near = 'longer' | 'joined' | 'split' | 'shorter' | 'beside';

/** Identifiers that are like one that is granted, and are not under it. */
const near: Readonly<Record<Near, (identifier: ComponentIdentifier) => ComponentIdentifier | undefined>> = {
  longer: (parts) => [...parts.slice(0, -1), Uint8Array.of(...(parts.at(-1) ?? []), 0x78)],
  joined: (parts) => (parts.length < 2 ? undefined : [Uint8Array.of(...parts.flatMap((part) => [...part]))]),
  split(parts) {
    const last = parts.at(-1);
    return last === undefined || last.length < 2
      ? undefined
      : [...parts.slice(0, -1), last.subarray(0, 1), last.subarray(1)];
  },
  shorter: (parts) => (parts.length < 2 ? undefined : parts.slice(0, -1)),
  beside: (parts) => (parts.length < 2 ? undefined : [...parts.slice(0, -1), zone]),
};

/** Names a component whose identifier nearly begins as one that is granted. */
export const boundary: Attack<{ which: number; form: Near }> = {
  id: 'comp.id.boundary',
  handle: 'I06',
  group: 'I',
  family: 'components',
  change: 'name a component just outside of what is granted: parts joined, split, longer, fewer or another',
  by: 'lesser-rights',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC', 'REQ.SEC.ACCESS_CONTROL'],
  expects: [noRight],
  on: { features: ['update', 'identifier-parts'] },
  choice: fc.record({
    which: fc.nat({ max: 7 }),
    form: fc.constantFrom<Near>('longer', 'joined', 'split', 'shorter', 'beside'),
  }),
  apply: (scenario, { which, form }) => named(scenario, which, near[form], noRight, 'outside'),
};

const outOfScope = mustReject(['component-unsupported', 'acl-component'], manifest('9'));
const oddPart = eitherAnswer(['component-unsupported', 'acl-component'], manifest('8.4.5.1'), {
  level: 'installed',
});
const zone = utf8.encode('zone');

/** What follows a granted identifier, and leads out of it where identifiers are taken for paths of files. */
const ways: Readonly<Record<string, { readonly parts: readonly string[]; readonly expect: Expectation }>> = {
  parent: { parts: ['..', 'zone'], expect: outOfScope },
  slash: { parts: ['../zone'], expect: outOfScope },
  'zero byte': { parts: ['..\u0000', 'zone'], expect: outOfScope },
  empty: { parts: [''], expect: oddPart },
  huge: { parts: ['z'.repeat(4096)], expect: oddPart },
};

/** Names a path that begins as what is granted and leads somewhere else. */
export const path: Attack<{ which: number; way: string }> = {
  id: 'comp.id.path',
  handle: 'I05',
  group: 'I',
  family: 'components',
  change:
    'name a component by a path with "..", "/", zero byte, an empty or a huge part below what is granted',
  by: 'lesser-rights',
  threats: ['THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.AUTH.IMG_LOC', 'REQ.SEC.ACCESS_CONTROL'],
  expects: [outOfScope, oddPart],
  on: { features: ['update'] },
  choice: fc.record({ which: fc.nat({ max: 7 }), way: fc.constantFrom(...Object.keys(ways)) }),
  apply(scenario, { which, way }) {
    const found = ways[way];
    if (found === undefined) return undefined;
    const beside = (identifier: ComponentIdentifier) => [...identifier.slice(0, -1), zone];
    const below = found.parts.map((part) => utf8.encode(part));
    return named(scenario, which, beside, found.expect, (identifier) => [...identifier, ...below]);
  },
};

/**
 * The recipient has one more component, for which nobody has a right. The release names it in place of one that is
 * granted: by its identifier, or by what else may lead to it.
 */
function named(
  scenario: Scenario,
  which: number,
  identifierOf: (identifier: ComponentIdentifier) => ComponentIdentifier | undefined,
  expect: Expectation,
  by: 'outside' | ((granted: ComponentIdentifier) => ComponentIdentifier),
): Attacked | undefined {
  const made = renaming(scenario, which, identifierOf);
  const added = made?.recipient.components.at(-1);
  if (made === undefined || added === undefined) return undefined;
  if (listed(scenario).some((prefix) => isUnder(prefix, added.identifier))) return undefined;
  const other = by === 'outside' ? made : renaming(scenario, which, by);
  return (
    other &&
    twins(scenario, {
      event: 'update',
      recipient: () => limited(made.recipient, scenario),
      control: { contents: made.contents },
      attacked: { release: other.release },
      expect,
    })
  );
}

export const rightsAttacks: readonly AnyAttack[] = [otherAuthority, boundary, path];
