/**
 * From drawn choices to an authentication that holds together.
 *
 * @module
 */

import { profileByName } from '../cose/profiles.ts';
import type { AuthenticationPlan } from './plan.ts';

/** A consistent plan comes back the same. */
export function settleAuthentication(drawn: AuthenticationPlan): AuthenticationPlan {
  const plan = withSecond(inProfile(drawn));
  const form = plan.form === 'mixed' && !plan.bothSign ? 'one' : plan.form;
  const isSign = form !== 'one' && (plan.bothSign || plan.algorithm !== 5);
  return {
    ...plan,
    form,
    bodyFilled: plan.bodyFilled && isSign,
    wraps: plan.wraps && plan.algorithm === 5 && form === 'many',
    policy: policy(plan),
  };
}

function inProfile(plan: AuthenticationPlan): AuthenticationPlan {
  const algorithm = profileByName(plan.profile)?.authentication as
    | AuthenticationPlan['algorithm']
    | undefined;
  if (algorithm === undefined) return { ...plan, profile: 'none' };
  const second = plan.second === 'none' || algorithm === 5 ? 'none' : 'same-kind';
  return { ...plan, algorithm, second };
}

function withSecond(plan: AuthenticationPlan): AuthenticationPlan {
  if (plan.second === 'none') return { ...plan, bothSign: false, secondFirst: false };
  // Without a kid a recipient of several keys may not know which to use (RFC 9052 §3.1).
  const kid = plan.kid === 'none' ? 'unprotected' : plan.kid;
  return { ...plan, kid, second: plan.algorithm === 5 ? 'other-kind' : plan.second };
}

/** Policies that want several authorities are for releases that have them; the third authority is of Ed25519. */
function policy({ policy: drawn, bothSign, profile }: AuthenticationPlan): AuthenticationPlan['policy'] {
  if (!bothSign) return 'any';
  const allowsThird = profile === 'none' || profileByName(profile)?.authentication === -19;
  return drawn === 'two-of-three' && !allowsThird ? 'two' : drawn;
}
