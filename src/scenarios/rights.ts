/**
 * Access control lists that allow what a plan's release does, and no more than they must (draft §9).
 *
 * @module
 */
import { sameKey } from '../cose/key.ts';
import type { Recipient, Right, TrustAnchor } from '../device/recipient.ts';
import type { ComponentIdentifier } from '../suit/model.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { signersOf } from './authentication.ts';
import { customCommandsOf, identifiersOf } from './layout.ts';
import { needsOf } from './needs.ts';
import type { Plan } from './plan.ts';

/**
 * `component`: a right on each component; `prefix`: on what stands above it; `listed`: on each component, for the
 * commands and parameters that the release has; `shared`: each signer has rights on a part of the components.
 */
export type PlannedRights = 'component' | 'prefix' | 'listed' | 'shared';

/** A key that did not sign may do nothing: what it may do is of no account. */
export function withRights(recipient: Recipient, plan: Plan, release: EnvelopeParts): Recipient {
  const { rights } = plan;
  if (rights === undefined) return recipient;
  const signers = signersOf(plan.authentication);
  const granted = identifiersOf(plan).map((identifier) => rightOn(identifier, rights, plan, release));
  const authors = recipient.anchors.filter(
    (anchor) => anchor.roles.includes('author') && signers.some(({ key }) => sameKey(key, anchor.key)),
  );
  const of = (anchor: TrustAnchor): readonly Right[] => {
    const place = authors.indexOf(anchor);
    if (place < 0) return [];
    return rights === 'shared' ? granted.filter((_, i) => i % authors.length === place) : granted;
  };
  return { ...recipient, anchors: recipient.anchors.map((anchor) => ({ ...anchor, rights: of(anchor) })) };
}

function rightOn(
  identifier: ComponentIdentifier,
  rights: PlannedRights,
  plan: Plan,
  release: EnvelopeParts,
): Right {
  if (rights === 'prefix') return { prefix: identifier.slice(0, -1) };
  if (rights !== 'listed') return { prefix: identifier };
  const { commands, parameters } = needsOf(release, []);
  const custom = customCommandsOf(plan);
  return {
    prefix: identifier,
    commands: [...commands, ...custom.map(({ code }) => code)],
    parameters: [...parameters, ...custom.map(({ parameter }) => parameter)],
  };
}
