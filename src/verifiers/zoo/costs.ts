/**
 * Animals whose only fault is what they cost: no attack's expectation is hurt, the search for the worst case finds them.
 *
 * @module
 */
import { valueAt } from '../../cbor/item.ts';
import { readItem } from '../../cbor/read.ts';
import type { Decision } from '../../device/decision.ts';
import { bad } from '../../suit/problem.ts';
import { manifestKey } from '../../suit/registry.ts';
import { createVerifier, type VerifierOptions } from '../reference/reference.ts';
import { keyText } from '../reference/rules-encoding.ts';
import { collectElements } from '../reference/severed.ts';
import type { Session, Verifier } from '../verifier.ts';
import type { Animal } from './animal.ts';
import { insertBefore } from './steps.ts';

/** What its fault costs in the delivery under way. */
interface Tally {
  steps: number;
}

/** It ends at last, so that it can be told from one that hangs. */
const patience = 2_000_000;

/** Every way to take the tag for letters in groups with hyphens between, one call for each that is tried. */
function matchesTag(tag: string, at: number, tally: Tally): boolean {
  if (at === tag.length) return true;
  for (let end = at + 1; end <= tag.length && /[a-zA-Z0-9-]/.test(tag.charAt(end - 1)); end++) {
    if (++tally.steps > patience) return false;
    if (matchesTag(tag, end, tally)) return true;
  }
  return false;
}

export const costAnimals: readonly Animal[] = [
  costAnimal(
    'Z178',
    'compares-every-key-with-every-other',
    'Keys that stand twice are found in quadratic time.',
    ['res.count.payloads'],
    (tally) => ({
      rules: {
        uniqueKeys: (map) => {
          const keys = map.entries.map(([key]) => keyText(key));
          let isUnique = true;
          for (const [i, key] of keys.entries()) {
            for (const other of keys.slice(0, i)) {
              tally.steps++;
              if (other === key) isUnique = false;
            }
          }
          return isUnique ? true : 'cbor-invalid';
        },
      },
    }),
  ),
  costAnimal(
    'Z179',
    'backtracks-over-language-tags',
    'A language tag is matched by a pattern that tries every way to split it.',
    ['res.text.huge'],
    (tally) => ({
      steps: (steps) =>
        insertBefore(steps, collectElements, ({ manifest }) => {
          const text = valueAt(manifest, manifestKey.text);
          const read = text?.kind === 'bstr' ? readItem(text.bytes) : undefined;
          if (!read?.ok || read.item.kind !== 'map') return undefined;
          for (const [key] of read.item.entries) {
            if (key.kind === 'tstr') matchesTag(new TextDecoder().decode(key.bytes), 0, tally);
          }
          return tally.steps > patience ? bad('limit-steps', 'a language tag').problem : undefined;
        }),
    }),
  ),
];

function costAnimal(
  handle: string,
  id: string,
  defect: string,
  exposedBy: readonly string[],
  options: (tally: Tally) => Omit<VerifierOptions, 'name'>,
): Animal {
  return {
    id,
    name: id.replaceAll('-', ' '),
    defect,
    handle,
    exposedBy,
    create: () => {
      const tally: Tally = { steps: 0 };
      return withTally(createVerifier({ ...options(tally), name: `zoo:${id}` }), tally);
    },
  };
}

/** The same verifier, which counts among its steps those of its fault. */
function withTally(verifier: Verifier, tally: Tally): Verifier {
  return {
    hello: () => verifier.hello(),
    open: async (recipient): Promise<Session> => {
      const session = await verifier.open(recipient);
      return {
        deliver: async (delivery): Promise<Decision> => {
          tally.steps = 0;
          const decision = await session.deliver(delivery);
          const steps = (decision.cost?.steps ?? 0) + tally.steps;
          return { ...decision, cost: { ...decision.cost, steps } };
        },
      };
    },
  };
}
