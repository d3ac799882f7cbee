/**
 * Digests where none may stand, and texts that say otherwise than the manifest (draft §8.4.4, §8.6, appendix A).
 *
 * @module
 */
import fc from 'fast-check';
import { array, bstr, type Entry, type Item, int, map, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { wrappedDigest } from '../suit/build.ts';
import { manifest } from '../suit/clause.ts';
import { commonOf, setMember, withCommon } from '../suit/edit.ts';
import { digestAlgorithm, type EnvelopeParts } from '../suit/parts.ts';
import { commonKey, manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Expectation } from './attack.ts';
import { componentItems } from './command-items.ts';
import { reissue } from './deliver.ts';
import { withInlineText } from './encoding-map.ts';
import { eitherAnswer, mustAccept, shouldReject } from './expectation.ts';

type Unseverable = 'shared' | 'load' | 'invoke' | 'validate';

const reasons = ['manifest-structure', 'type-mismatch', 'command-malformed', 'severed-missing'] as const;
const skipped: Pick<Expectation, 'prohibits'> = { prohibits: [{ kind: 'invoke' }] };

const severedAt: Readonly<Record<Unseverable, Expectation>> = {
  shared: shouldReject(reasons, manifest('A'), { level: 'applicable', ...skipped }),
  load: shouldReject(reasons, manifest('A'), { level: 'installed', ...skipped }),
  invoke: shouldReject(reasons, manifest('A'), { level: 'installed' }),
  validate: eitherAnswer(reasons, manifest('8.4'), { level: 'installed', ...skipped }),
};

/** A digest in an element's place, where the envelope has no place for the element. */
export const unseverable: Attack<{ element: Unseverable }> = {
  id: 'sever.unseverable',
  handle: 'D17',
  group: 'D',
  family: 'integrity',
  change: 'digest in place of shared, load, invoke (SR), validate (PD, m8.4); ⊘ skipping it',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: [severedAt.shared, severedAt.load, severedAt.invoke, severedAt.validate],
  on: { features: ['boot', 'load'] },
  choice: fc.record({
    element: fc.constantFrom<Unseverable>('shared', 'load', 'invoke', 'validate'),
  }),

  apply: (scenario, { element }) =>
    reissue(scenario, (parts) => withDigestFor(parts, element), {
      event: 'boot',
      expect: severedAt[element],
    }),
};

function withDigestFor(parts: EnvelopeParts, element: Unseverable): EnvelopeParts | undefined {
  const common = commonOf(parts.manifest);
  const whole =
    element === 'shared'
      ? common && valueAt(common, commonKey.sharedSequence)
      : valueAt(parts.manifest, manifestKey[element]);
  if (whole === undefined) return undefined;
  const digest = wrappedDigest(whole, digestAlgorithm(parts));
  const changed =
    element === 'shared'
      ? withCommon(parts.manifest, (old) => setMember(old, commonKey.sharedSequence, digest))
      : setMember(parts.manifest, manifestKey[element], digest);
  return { ...parts, manifest: changed };
}

const named = 'https://elsewhere.example/firmware';
const noEffect: Expectation['prohibits'] = [{ kind: 'fetch', uri: named }, { kind: 'other-state' }];
const contradicting = mustAccept(manifest('8.4.4'), { prohibits: noEffect });
const unlisted = shouldReject(['manifest-structure', 'type-mismatch'], manifest('8.4.4'), {
  level: 'applicable',
  prohibits: noEffect,
});

/** Texts of another version, vendor and place than the manifest's, or of a component that it does not list. */
export const influencingText: Attack<{ about: 'listed' | 'unlisted'; language: string }> = {
  id: 'text.influence',
  handle: 'D18',
  group: 'D',
  family: 'integrity',
  change: 'text contradicts version, vendor, URI (MA), or names unlisted components (SR); ⊘ any effect',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.MFST.TEXT'],
  expects: [contradicting, unlisted],
  choice: fc.record({
    about: fc.constantFrom('listed', 'unlisted'),
    language: fc.constantFrom('en', 'de', 'x-none'),
  }),

  apply(scenario, { about, language }) {
    const [first] = componentItems(scenario.release);
    const component = about === 'listed' ? first : array(bstr(Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0x01)));
    if (component === undefined) return undefined;
    return reissue(
      scenario,
      (parts) => withInlineText(parts, wrapped(map([tstr(language), falseTexts(component)]))),
      { expect: about === 'listed' ? contradicting : unlisted },
    );
  },
};

function falseTexts(component: Item): Item {
  const texts = (...all: string[]): Entry[] => all.map((text, i) => [int(i + 1), tstr(text)]);
  const own = map(...texts('Elsewhere Inc.', 'none', 'elsewhere.example', named, `Fetch ${named}`, '0.0.1'));
  const about: Entry[] = texts('Version 2, sequence number 0. Do not install.', `Fetch ${named}`);
  return sortEntries(map(...about, [component, own]));
}

export const unseveredAttacks: readonly AnyAttack[] = [unseverable, influencingText];
