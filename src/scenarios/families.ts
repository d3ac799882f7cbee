/**
 * The valid families that plans are drawn from: rows V03 to V47 of the catalogue, as far as the bench generates them.
 *
 * @module
 */

import { type Feature, hasFeature } from './features.ts';
import type { Plan } from './plan.ts';

export interface ValidFamily {
  readonly id: string;
  /** The catalogue's short handle. */
  readonly handle: string;
  /** What makes a plan one of this family. */
  readonly features: readonly Feature[];
}

/** In the order of precedence: a plan belongs to the first that fits. */
export const validFamilies: readonly ValidFamily[] = [
  { id: 'valid.resume', handle: 'V45', features: ['resume'] },
  { id: 'valid.select', handle: 'V46', features: ['select'] },
  { id: 'valid.serial', handle: 'V47', features: ['processing'] },
  { id: 'valid.envelope.minimal', handle: 'V03', features: ['minimal'] },
  { id: 'valid.digest.algs', handle: 'V12', features: ['other-digest'] },
  { id: 'valid.profiles.mti', handle: 'V11', features: ['profile'] },
  { id: 'valid.auth.policy', handle: 'V09', features: ['policy'] },
  { id: 'valid.auth.multi', handle: 'V09', features: ['both-sign'] },
  { id: 'valid.auth.sign', handle: 'V06', features: ['sign'] },
  { id: 'valid.auth.mac', handle: 'V08', features: ['mac'] },
  { id: 'valid.auth.mac0', handle: 'V07', features: ['mac0'] },
  { id: 'valid.template.ab', handle: 'V43', features: ['slots'] },
  { id: 'valid.template.load', handle: 'V44', features: ['boot-after-update', 'copy', 'load'] },
  { id: 'valid.swap', handle: 'V35', features: ['swap'] },
  { id: 'valid.copy', handle: 'V34', features: ['copy'] },
  { id: 'valid.index.array', handle: 'V28', features: ['index-array'] },
  { id: 'valid.index.true', handle: 'V29', features: ['index-true'] },
  { id: 'valid.run.sequence', handle: 'V38', features: ['run-sequence'] },
  { id: 'valid.try.each', handle: 'V30', features: ['try-each'] },
  { id: 'valid.write', handle: 'V36', features: ['write'] },
  { id: 'valid.fetch.integrated', handle: 'V33', features: ['integrated'] },
  { id: 'valid.severed', handle: 'V20', features: ['severed'] },
  { id: 'valid.cond.ids', handle: 'V22', features: ['pen'] },
  { id: 'valid.cond.ids', handle: 'V22', features: ['device-id'] },
  { id: 'valid.cond.ids', handle: 'V22', features: ['several-ids'] },
  { id: 'valid.text.places', handle: 'V16', features: ['text'] },
  { id: 'valid.auth.headers', handle: 'V10', features: ['kid'] },
  { id: 'valid.auth.headers', handle: 'V10', features: ['unknown-label'] },
  { id: 'valid.invoke', handle: 'V37', features: ['invoke-arguments'] },
  { id: 'valid.common.forms', handle: 'V17', features: ['multi-component'] },
  { id: 'valid.sections', handle: 'V19', features: ['boot'] },
  { id: 'valid.fetch', handle: 'V32', features: [] },
  // After the last that fits: nearly every plan is of it, so it is only drawn when asked for.
  { id: 'valid.auth.sign1', handle: 'V05', features: ['sign1-any'] },
];

/** Ids of the families, each once. */
export const validFamilyIds: readonly string[] = [...new Set(validFamilies.map(({ id }) => id))];

/** Id of the first family that the plan belongs to. */
export function familyOf(plan: Plan): string {
  const found = validFamilies.find(({ features }) => features.every((feature) => hasFeature(plan, feature)));
  return found?.id ?? 'valid.fetch';
}
