/**
 * Animals that are content with too little authentication (draft §6.2, §8.3; RFC 9124 §4.3.11).
 *
 * @module
 */
import { valueAt } from '../../cbor/item.ts';
import type { Reason } from '../../suit/stage.ts';
import { authenticate } from '../reference/authenticate.ts';
import { bindManifest } from '../reference/digest.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Step } from '../reference/work.ts';
import { animal } from './animal.ts';
import { replaceStep } from './steps.ts';

const { authorized, selectAnchors } = defaultRules;

/** Authentication that passes where it should have ended for one of these reasons. */
export function forgiving(...forgiven: readonly Reason[]) {
  return (steps: readonly Step[]): readonly Step[] =>
    replaceStep(steps, authenticate, (work) => {
      const problem = authenticate(work);
      return problem && forgiven.includes(problem.reason) ? undefined : problem;
    });
}

export const authorityAnimals = [
  animal(
    'Z013',
    'zero-blocks-pass',
    'The loop over the authentication blocks starts from "verified" and has nothing to loop over.',
    ['env.auth.digest-only'],
    {
      rules: {
        required: () => true,
        authorized: (anchors, policy, blocks, trusted) =>
          blocks === 0 || authorized(anchors, policy, blocks, trusted),
      },
    },
  ),
  animal(
    'Z014',
    'unsigned-envelopes-pass',
    'An envelope without the authentication wrapper is taken for one that need not be signed.',
    ['env.auth.absent'],
    {
      steps: (steps) => {
        const isUnsigned = (envelope: Parameters<typeof valueAt>[0]) => valueAt(envelope, 2) === undefined;
        const unlessUnsigned = (run: Step['run']) => (list: readonly Step[]) =>
          replaceStep(list, run, (work) => (isUnsigned(work.envelope) ? undefined : run(work)));
        return unlessUnsigned(authenticate)(unlessUnsigned(bindManifest)(steps));
      },
    },
  ),
  animal(
    'Z018',
    'skips-blocks-it-cannot-parse',
    'Blocks of an unknown kind are passed over, and nothing is left to refuse.',
    ['env.auth.block-type', 'cose.untagged'],
    { steps: forgiving('cose-unsupported') },
  ),
  animal(
    'Z193',
    'skips-blocks-without-an-anchor',
    'A block whose kid names no anchor is passed over, and nothing is left to refuse.',
    ['replay.cross-key', 'cose.hdr.embedded-key'],
    {
      rules: {
        selectAnchors: (headers, anchors) => {
          const kid = valueAt(headers.protected, 4) ?? valueAt(headers.unprotected, 4);
          const sorted = selectAnchors(headers, anchors);
          if (kid?.kind !== 'bstr') return sorted;
          return sorted.filter((anchor) => anchor.kid && Buffer.compare(anchor.kid, kid.bytes) === 0);
        },
      },
      steps: forgiving('key-unknown'),
    },
  ),
  animal(
    'Z016',
    'counts-blocks-not-authorities',
    'A threshold is met by two blocks of the same authority.',
    ['env.auth.threshold-dup'],
    {
      rules: {
        authorized: (anchors, policy, blocks, trusted) =>
          policy.kind === 'at-least' && anchors.length >= policy.count
            ? true
            : authorized(anchors, policy, blocks, trusted),
      },
    },
  ),
  animal(
    'Z017',
    'one-authority-satisfies-any-policy',
    'Where several authorities must sign, any one of them is enough.',
    ['env.auth.threshold-strip', 'downgrade.alg.strip-strong'],
    { rules: { authorized: (anchors) => (anchors.length > 0 ? true : 'threshold-unmet') } },
  ),
];
