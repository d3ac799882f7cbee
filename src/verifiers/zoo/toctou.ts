/**
 * Animals that use what they have not checked, because they checked it once (RFC 9124 §4.3.21; draft §4.2, §6.3).
 *
 * @module
 */
import { toHex } from '../../cbor/hex.ts';
import { bindManifest } from '../reference/digest.ts';
import { decodeEnvelope } from '../reference/envelope.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Work } from '../reference/work.ts';
import { animal } from './animal.ts';
import { insertBefore, replaceStep } from './steps.ts';

/** Of the stored envelope, the signature alone. */
function trustStored(work: Work): ReturnType<typeof bindManifest> {
  if (work.delivery.event === 'update' || work.delivery.envelope !== undefined) return bindManifest(work);
  work.effects.push({ kind: 'authenticated' });
  return undefined;
}

/** Digests that something has matched in the delivery under way. */
const matched = new Set<string>();

export const toctouAnimals = [
  animal(
    'Z362',
    'trusts-its-storage',
    'The manifest was bound to its digest when it came, and is not again when it is booted from storage.',
    ['toctou.stored'],
    { steps: (steps) => replaceStep(steps, bindManifest, trustStored) },
  ),
  animal(
    'Z363',
    'matches-once',
    'A digest that has been matched is not computed again, whatever was written since.',
    ['toctou.rewrite'],
    {
      rules: {
        imageMatches: (content, wanted, hashing) => {
          const digest = toHex(wanted.digest.bytes);
          if (matched.has(digest)) return true;
          const answer = defaultRules.imageMatches(content, wanted, hashing);
          if (answer === true) matched.add(digest);
          return answer;
        },
      },
      steps: (steps) =>
        insertBefore(steps, decodeEnvelope, () => {
          matched.clear();
          return undefined;
        }),
    },
  ),
];
