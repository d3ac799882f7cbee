/**
 * Animals that use what they have not checked, because they checked it once (RFC 9124 §4.3.21; draft §4.2, §6.3).
 *
 * @module
 */
import { toHex } from '../../cbor/hex.ts';
import { type Item, isInt, valueAt } from '../../cbor/item.ts';
import { bindManifest } from '../reference/digest.ts';
import { decodeEnvelope } from '../reference/envelope.ts';
import { commit } from '../reference/procedure.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Work } from '../reference/work.ts';
import { animal } from './animal.ts';
import { reading } from './forms.ts';
import { askFor } from './payloads.ts';
import { insertBefore, replaceStep } from './steps.ts';

/** Of the stored envelope, the signature alone. */
function trustStored(work: Work): ReturnType<typeof bindManifest> {
  if (work.delivery.event === 'update' || work.delivery.envelope !== undefined) return bindManifest(work);
  work.effects.push({ kind: 'authenticated' });
  return undefined;
}

/** Digests that something has matched in the delivery under way. */
const matched = new Set<string>();

/** Asks once more for what was checked, and keeps the second answer. */
function fetchAnew(work: Work): undefined {
  const { device, delivery, effects, staged } = work;
  for (const effect of [...effects]) {
    if (effect.kind !== 'fetch' || effect.component === undefined) continue;
    const current = device.recipient.components[effect.component]?.current;
    const again = delivery.laterPayloads?.find(({ uri }) => uri === effect.uri);
    if (current === undefined || again?.kind !== 'bytes') continue;
    effects.push(effect);
    staged.write(effect.component, current, { kind: 'bytes', bytes: again.bytes });
  }
}

/** A digest where a sequence should be, of an element that no envelope has. */
function isForeignDigest(key: Item, value: Item): boolean {
  const isElement = [7, 8, 9].some((code) => isInt(key, code)) || isInt(key, 4);
  return isElement && value.kind === 'array' && value.items[0]?.kind === 'nint';
}

export const toctouAnimals = [
  animal(
    'Z370',
    'fetches-twice',
    'The image is fetched once to be checked, and once more to be installed.',
    ['toctou.double-read'],
    { steps: (steps) => insertBefore(steps, commit, fetchAnew) },
  ),
  animal(
    'Z373',
    'works-in-the-shared-buffer',
    'The envelope is read where it was received, and others can write there.',
    ['toctou.manifest', 'toctou.severed', 'toctou.self-overwrite'],
    { ports: { hold: (shared) => shared } },
  ),
  animal(
    'Z374',
    'never-looks-again',
    'An image that has matched is invoked, whatever was written over it in the meantime.',
    ['toctou.image'],
    { rules: { checkAgain: () => true } },
  ),
  animal(
    'Z371',
    'skips-what-is-severed',
    'An element whose digest stands in the manifest, and which is nowhere, is left out of the procedure.',
    ['sever.unseverable'],
    {
      ports: {
        read: reading((item) =>
          item.kind === 'map'
            ? { ...item, entries: item.entries.filter(([key, value]) => !isForeignDigest(key, value)) }
            : item,
        ),
      },
      rules: { mustCheck: () => true, compatible: () => true },
    },
  ),
  animal('Z372', 'follows-the-text', 'A URI in the text is asked for.', ['text.influence'], {
    steps: (steps) => insertBefore(steps, commit, (work) => askFor(work, valueAt(work.manifest, 23))),
  }),
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
