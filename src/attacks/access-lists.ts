/**
 * Rights that end just before what a manifest does: on which components, with which commands and parameters (draft §9;
 * RFC 9124 §4.3.13).
 *
 * The release and its signers stay as they are. On the control's recipient the signers have all the rights that the
 * release needs, on the attacked one they lack one.
 *
 * @module
 */
import fc from 'fast-check';
import { sameKey } from '../cose/key.ts';
import type { DeliveryEvent } from '../device/delivery.ts';
import type { Recipient, Right, TrustAnchor } from '../device/recipient.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { sequenceOf } from '../suit/edit.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked, Expectation } from './attack.ts';
import { command, passing, tryEach } from './command-items.ts';
import { recipientIndices } from './device-change.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import { isUnder, targetsOf } from './renamed.ts';
import { inserted, twins } from './twin.ts';

const shared = { group: 'M', family: 'dependency', by: 'lesser-rights' } as const;
const noRight = mustReject(['acl-component'], manifest('9'));

/** Rights on the recipient's component `own`, or none. */
type Grant = (own: number) => Omit<Right, 'prefix'> | undefined;

const everything: Grant = () => ({});

/** Every anchor may do so much with the components that the manifest lists, and nothing with others. */
function granting(scenario: Scenario, grant: Grant): (recipient: Recipient) => Recipient {
  const rights = rightsFor(scenario, grant);
  return (recipient) => ({
    ...recipient,
    anchors: recipient.anchors.map((anchor): TrustAnchor => ({ ...anchor, rights })),
  });
}

function rightsFor(scenario: Scenario, grant: Grant): readonly Right[] {
  return recipientIndices(scenario).flatMap((own) => {
    const identifier = scenario.recipient.components[own]?.identifier;
    const right = grant(own);
    return identifier === undefined || right === undefined ? [] : [{ prefix: identifier, ...right }];
  });
}

/** The same delivery to a recipient that grants what is needed, and to one that grants a little less. */
function lessGranted(
  scenario: Scenario,
  event: DeliveryEvent,
  {
    full = everything,
    less,
    expect,
  }: { readonly full?: Grant; readonly less: Grant; readonly expect?: Expectation },
): Attacked | undefined {
  return twins(scenario, {
    event,
    recipient: granting(scenario, full),
    attacked: { recipient: granting(scenario, less) },
    ...(expect && { expect }),
  });
}

/** Without a right on these; undefined: a right on another extends to one of them. */
function withoutRightOn(
  scenario: Scenario,
  event: DeliveryEvent,
  lacking: readonly number[],
): Attacked | undefined {
  const less: Grant = (own) => (lacking.includes(own) ? undefined : {});
  const rights = rightsFor(scenario, less);
  const { components } = scenario.recipient;
  const isLeft = lacking.some((own) =>
    rights.some(({ prefix }) => isUnder(prefix, components[own]?.identifier ?? [])),
  );
  return isLeft ? undefined : lessGranted(scenario, event, { less });
}

/** Of several components that the update writes, one is not the signer's. */
export const writeBeyond: Attack<{ which: number }> = {
  ...shared,
  id: 'acl.write',
  handle: 'M26',
  change:
    'fetch, copy, write or swap into a component on which the signer, who has rights on the others, has none',
  threats: ['THREAT.UPD.UNAPPROVED', 'THREAT.IMG.LOCATION'],
  violates: ['REQ.SEC.RIGHTS', 'REQ.SEC.ACCESS_CONTROL'],
  expects: [noRight],
  on: { features: ['update', 'flat', 'multi-component'] },
  choice: fc.record({ which: fc.nat({ max: 7 }) }),
  apply(scenario, { which }) {
    const targets = targetsOf(scenario);
    const target = targets[which % Math.max(1, targets.length)];
    return target && withoutRightOn(scenario, 'update', [target.own]);
  },
};

/** At a boot, an image is copied out of a component that the signer may not read. */
export const readBeyond: Attack<{ which: number }> = {
  ...shared,
  id: 'acl.read',
  handle: 'M27',
  change: 'copy from a component on which the signer has no right into one on which it has',
  threats: ['THREAT.IMG.DISCLOSURE'],
  violates: ['REQ.SEC.ACCESS_CONTROL'],
  expects: [noRight],
  on: { features: ['boot', 'load'] },
  choice: fc.record({ which: fc.nat({ max: 7 }) }),
  apply(scenario, { which }) {
    // An image that is loaded is invoked where it is loaded to: its own component is only read and matched.
    const loaded = scenario.images.filter((_, i) => scenario.plan?.images[i]?.loaded);
    const image = loaded[which % Math.max(1, loaded.length)];
    return image && withoutRightOn(scenario, 'boot', [image.recipientComponent]);
  },
};

/** At a boot, components that are only matched are not the signer's. */
export const matchBeyond: Attack<null> = {
  ...shared,
  id: 'acl.digest-ok',
  handle: 'M28',
  change: 'match the images of components on which the signer has no right, and invoke another',
  threats: [],
  violates: ['REQ.SEC.ACCESS_CONTROL'],
  expects: [mustAccept(manifest('9'))],
  on: { features: ['boot', 'multi-component'] },
  choice: fc.constant(null),
  apply(scenario) {
    const boot = before(scenario, 'boot');
    if (boot === undefined || sequenceOf(scenario.release, 'load') !== undefined) return undefined;
    const matched = scenario.images
      .map(({ recipientComponent }) => recipientComponent)
      .filter((own) => !boot.delivery.invokes.includes(own));
    return matched.length === 0 ? undefined : withoutRightOn(scenario, 'boot', matched);
  },
};

type Listed = 'fetch' | 'uri' | 'invoke';

const noCommand = mustReject(['acl-command'], manifest('9'));
const noParameter = mustReject(['acl-parameter'], manifest('9'));

/** Rights that list commands and parameters lack one that the release has. */
export const unlistedCommand: Attack<{ lacks: Listed }> = {
  ...shared,
  id: 'acl.command',
  handle: 'M29',
  change: "a directive that is run, or a parameter that is set, is not in the list of the signer's rights",
  threats: ['THREAT.MFST.OVERRIDE'],
  violates: ['REQ.SEC.ACCESS_CONTROL'],
  expects: [noCommand, noParameter],
  on: { features: ['update', 'network', 'flat'] },
  choice: fc.record({ lacks: fc.constantFrom<Listed>('fetch', 'uri', 'invoke') }),
  apply(scenario, { lacks }) {
    const full = listed(scenario);
    if (full === undefined) return undefined;
    const { commands, parameters } = full;
    const without = (list: readonly number[], one: number) => list.filter((other) => other !== one);
    const less =
      lacks === 'uri'
        ? { commands, parameters: without(parameters, parameterKey.uri) }
        : { commands: without(commands, code[lacks]), parameters };
    return lessGranted(scenario, lacks === 'invoke' ? 'boot' : 'update', {
      full: () => full,
      less: () => less,
      expect: lacks === 'uri' ? noParameter : noCommand,
    });
  },
};

/** What the release has; undefined: it has private commands too, which no list of needs names. */
function listed({ needs: { commands, parameters, extensions = [] } }: Scenario) {
  return extensions.includes('custom-commands') ? undefined : { commands, parameters };
}

/** A directive that the rights do not list stands where it is never run. */
export const forbiddenBranch: Attack<null> = {
  ...shared,
  id: 'acl.branch',
  handle: 'M30',
  change:
    "a try-each whose first branch succeeds, and whose second has a directive that the signer's rights lack",
  threats: [],
  violates: ['REQ.SEC.ACCESS_CONTROL'],
  expects: [eitherAnswer(['acl-command'], manifest('9'))],
  on: { features: ['update'] },
  choice: fc.constant(null),
  apply(scenario) {
    const full = listed(scenario);
    const pass = passing(scenario.release);
    if (full === undefined || pass === undefined || full.commands.includes(code.swap)) return undefined;
    const commands = [...full.commands, code.tryEach, code.setComponentIndex];
    return twins(scenario, {
      event: 'update',
      recipient: granting(scenario, () => ({ ...full, commands })),
      attacked: {
        release: (parts) =>
          inserted(parts, { section: 'install', commands: tryEach(pass, [...pass, ...command(code.swap)]) }),
      },
    });
  },
};

/** Two authors have signed, and neither has all the rights that the release needs. */
export const sharedRights: Attack<null> = {
  ...shared,
  id: 'acl.union',
  handle: 'M31',
  change: 'two authors sign, each of whom has rights on a part of the components that are written',
  threats: ['THREAT.UPD.UNAPPROVED'],
  violates: ['REQ.SEC.RIGHTS', 'REQ.USE.MFST.MULTI_AUTH'],
  expects: [eitherAnswer(['acl-component'], { doc: 'information-model', section: '4.3.11' })],
  on: { features: ['update', 'multi-component', 'both-sign'] },
  choice: fc.constant(null),
  apply(scenario) {
    const { recipient, signers } = scenario;
    const authors = recipient.anchors.filter(
      ({ key, roles }) => roles.includes('author') && signers.some((signer) => sameKey(signer.key, key)),
    );
    const written = targetsOf(scenario).map(({ own }) => own);
    if (authors.length < 2 || written.length < 2) return undefined;
    const half = (anchor: TrustAnchor): readonly Right[] => {
      const place = authors.findIndex(({ key }) => sameKey(key, anchor.key));
      const isOwn = (own: number) => written.indexOf(own) % authors.length === place;
      return rightsFor(scenario, (own) => (isOwn(own) || !written.includes(own) ? {} : undefined));
    };
    return twins(scenario, {
      event: 'update',
      recipient: granting(scenario, everything),
      attacked: {
        recipient: (whole) => ({
          ...whole,
          anchors: whole.anchors.map((anchor) => ({ ...anchor, rights: half(anchor) })),
        }),
      },
    });
  },
};

/** Rows M26 to M31 of the catalogue: those of its group that need no dependencies. */
export const accessListAttacks: readonly AnyAttack[] = [
  writeBeyond,
  readBeyond,
  matchBeyond,
  unlistedCommand,
  forbiddenBranch,
  sharedRights,
];
