/**
 * Attacks on the manifest's digest and on severed elements (draft §8.3, §8.4.12, §10).
 *
 * @module
 */
import fc from 'fast-check';
import { type Item, isInt, tstr, wrapped } from '../cbor/item.ts';
import { contentOf, write } from '../cbor/write.ts';
import { digestOf } from '../cose/algorithms.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { memberOf, setMember, setSequenceNumber } from '../suit/edit.ts';
import { digestAlgorithm, type EnvelopeParts, manifestDigest, seal } from '../suit/parts.ts';
import { envelopeKey, manifestKey } from '../suit/registry.ts';
import type { AnyAttack, Attack, Attacked } from './attack.ts';
import { alter, attacked } from './deliver.ts';
import {
  extraItems,
  length,
  mislabel,
  severedDigest,
  signedAnew,
  unsupported,
  weak,
  withDigest,
  withDigestBytes,
} from './digest-form.ts';
import { mustReject, mustRejectUnauthentic } from './expectation.ts';
import { largestNumber, releaseAt, stepWith, updateOf } from './history.ts';
import { severedAttacks } from './severed.ts';

/** Changes the manifest under an untouched digest and signature. */
export const mismatch: Attack<{ what: 'reference-uri' | 'sequence-number' }> = {
  id: 'digest.mismatch',
  handle: 'D01',
  group: 'D',
  family: 'integrity',
  change: 'change the manifest, keep digest and signature',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustRejectUnauthentic(['manifest-digest-mismatch'], manifest('8.3'))],
  choice: fc.record({ what: fc.constantFrom('reference-uri', 'sequence-number') }),
  apply: (scenario, { what }) => alter(scenario, (parts) => otherManifest(parts, what)),
};

/** Changes the manifest and makes the digest fit, under an untouched signature. */
export const recomputed: Attack<{ what: 'reference-uri' | 'sequence-number' }> = {
  id: 'digest.recomputed',
  handle: 'D02',
  group: 'D',
  family: 'integrity',
  change: 'change the manifest and its digest, keep the signature',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustRejectUnauthentic(['sig-invalid'], manifest('8.3'))],
  choice: fc.record({ what: fc.constantFrom('reference-uri', 'sequence-number') }),
  apply: (scenario, { what }) =>
    alter(scenario, (parts) => {
      const other = otherManifest(parts, what);
      return other && { ...other, digest: manifestDigest(other, digestAlgorithm(other)) };
    }),
};

/** Joins the authentication wrapper of one authentic release to the manifest of another, with a digest like its own. */
export const graft: Attack<{ wrapperOf: 'this' | 'other' | 'alike' }> = {
  id: 'digest.graft',
  handle: 'D03',
  group: 'D',
  family: 'integrity',
  change: 'put the wrapper of one authentic envelope on the manifest of another',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [mustRejectUnauthentic(['manifest-digest-mismatch'], manifest('8.3'))],
  choice: fc.record({ wrapperOf: fc.constantFrom('this', 'other', 'alike') }),
  apply(scenario, { wrapperOf }) {
    if (wrapperOf === 'alike') return alike(scenario);
    const changed =
      scenario.signers.length > 0 ? otherManifest(scenario.release, 'reference-uri') : undefined;
    if (changed === undefined) return undefined;
    const other = seal(changed, scenario.signers);
    return alter(scenario, (parts) =>
      wrapperOf === 'this' ? changed : { ...other, manifest: parts.manifest },
    );
  },
};

/** Both digests begin with a zero byte, where a comparison of C strings ends. */
function alike(scenario: Scenario): Attacked | undefined {
  const of = updateOf(scenario);
  const first = of && zeroDigestFrom(scenario, of.number);
  const second = first && zeroDigestFrom(scenario, first.number + 1n);
  const released = first && releaseAt(scenario, first.number);
  if (of === undefined || second === undefined || released === undefined) return undefined;
  const control = [stepWith(of.delivery, released, 'accept')];
  const grafted = [stepWith(of.delivery, { ...released, manifest: second.manifest }, 'judged')];
  const { recipient } = of;
  return attacked({ recipient, steps: control }, { recipient, steps: grafted });
}

/** About one release in 256 has such a digest. */
const numbersToTry = 4096n;

/** The manifest of the first release from this number on whose digest begins with a zero byte. */
function zeroDigestFrom(
  { release }: Scenario,
  from: bigint,
): { readonly number: bigint; readonly manifest: EnvelopeParts['manifest'] } | undefined {
  const algorithm = digestAlgorithm(release);
  for (let number = from; number < from + numbersToTry && number <= largestNumber; number++) {
    const { manifest } = setSequenceNumber(release, number);
    if (digestOf(algorithm, write(wrapped(manifest)))?.[0] === 0) return { number, manifest };
  }
  return undefined;
}

const headless = mustReject(['manifest-digest-mismatch', 'severed-mismatch'], manifest('8.3'));
const headlessSevered = mustReject(['severed-mismatch'], manifest('8.4.12'));

/** Makes a digest over the content of a byte string without the string's head. */
export const scope: Attack<{ place: 'manifest' | 'severed' }> = {
  id: 'digest.scope.content',
  handle: 'D09',
  group: 'D',
  family: 'integrity',
  change: 'make a digest over the content of the byte string, without its head',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.AUTHENTIC'],
  expects: [headless, headlessSevered],
  on: { features: ['network', 'severed'] },
  choice: fc.record({ place: fc.constantFrom('manifest', 'severed') }),
  apply(scenario, { place }) {
    const algorithm = digestAlgorithm(scenario.release);
    const over = (content: Uint8Array) => () => digestOf(algorithm, content) ?? new Uint8Array(0);
    if (place === 'manifest') {
      const bytes = over(write(scenario.release.manifest));
      return withDigest(scenario, (digest) => withDigestBytes(digest, bytes), { expect: headless });
    }
    const member = scenario.release.members.find(([key]) => isInt(key, envelopeKey.install))?.[1];
    if (member?.kind !== 'bstr' && member?.kind !== 'wrapped') return undefined;
    const bytes = over(member.kind === 'bstr' ? member.bytes : contentOf(member));
    const change = (digest: Item) => withDigestBytes(digest, bytes);
    return signedAnew(scenario, (parts) => severedDigest(parts, change), { expect: headlessSevered });
  },
};

export const integrityAttacks: readonly AnyAttack[] = [
  mismatch,
  recomputed,
  graft,
  length,
  unsupported,
  weak,
  mislabel,
  extraItems,
  scope,
  ...severedAttacks,
];

function otherManifest(
  parts: EnvelopeParts,
  what: 'reference-uri' | 'sequence-number',
): EnvelopeParts | undefined {
  const number = memberOf(parts.manifest, manifestKey.sequenceNumber);
  if (what === 'sequence-number') {
    if (number?.kind !== 'uint' || number.value >= 2n ** 64n - 1n) return undefined;
    return setSequenceNumber(parts, number.value + 1n);
  }
  const uri = tstr('https://attacker.example/manifest.suit');
  return { ...parts, manifest: setMember(parts.manifest, manifestKey.referenceUri, uri) };
}
