/**
 * Rights of those who signed, before a directive or a parameter touches a component (draft §9, RFC 9124 §4.3.13).
 *
 * @module
 */

import type { Right, TrustAnchor } from '../../device/recipient.ts';
import { hasRights, isSet } from './anchors.ts';
import { recipientIndex } from './components.ts';
import { keptAt, type Run, refuse } from './run.ts';

/** May the directive be used on the manifest's component? Refuses where it may not. */
export function mayUse(run: Run, code: number, component: number, at: number): boolean {
  if (!hasRights(run.recipient)) return true;
  const answer = rightOn(run, component, ({ commands }) => commands?.includes(code) ?? true);
  if (answer === 'granted') return true;
  return refuse(run, answer === 'nowhere' ? 'acl-component' : 'acl-command', at);
}

/** May the parameter be set for it? Outside of all rights it may: nothing but conditions can read it there. */
export function maySet(run: Run, key: number, component: number): boolean {
  if (!hasRights(run.recipient)) return true;
  const answer = rightOn(run, component, ({ parameters }) => parameters?.includes(key) ?? true);
  return answer !== 'refused' || refuse(run, 'acl-parameter');
}

/** `nowhere`: no right of a signer covers the component. */
function rightOn(
  run: Run,
  component: number,
  lists: (right: Right) => boolean,
): 'granted' | 'refused' | 'nowhere' {
  const { identifier } = run.recipient.components[recipientIndex(run, component)]!;
  const { anchors } = run.recipient;
  let answer: 'refused' | 'nowhere' = 'nowhere';
  const isByAuthor = anchors.some((anchor, i) => signed(run, i) && isAuthor(anchor));
  for (let i = 0; i < anchors.length; i++) {
    // Who only qualifies a manifest does not widen its author's rights.
    if (!signed(run, i) || (isByAuthor && !isAuthor(anchors[i]!))) continue;
    const { rights } = anchors[i]!;
    if (rights === undefined) return 'granted';
    for (const right of rights) {
      if (!covers(right.prefix, identifier)) continue;
      if (lists(right)) return 'granted';
      answer = 'refused';
    }
  }
  return answer;
}

function signed(run: Run, anchor: number): boolean {
  return isSet(run.arena.words, keptAt(run) / 4, anchor);
}

function isAuthor({ roles }: TrustAnchor): boolean {
  return roles.includes('author');
}

/** Whole parts only: [a, bc] is not under [a, b]. */
function covers(prefix: readonly Uint8Array[], identifier: readonly Uint8Array[]): boolean {
  for (let i = 0; i < prefix.length; i++) {
    const part = identifier[i];
    if (part === undefined || Buffer.compare(part, prefix[i]!) !== 0) return false;
  }
  return true;
}
