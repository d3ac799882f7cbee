/**
 * Attacks on where an image's digest is set, and on images that nothing checks (draft §6.3, §7).
 *
 * @module
 */
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { type Item, int, isInt, map } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { sections, sequenceOf, withParameter, withSequence } from '../suit/edit.ts';
import { digestAlgorithm, type EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import { select } from './command-items.ts';
import { deliverEnvelope, fetchedImages, reissue } from './deliver.ts';
import { eitherAnswer, shouldReject } from './expectation.ts';
import { answering } from './fetch-uri.ts';
import { imageDigest } from './history.ts';
import { insert } from './twin.ts';

/** Takes every digest and every match of an image out of the manifest. */
export const noDigest: Attack<null> = {
  id: 'fetch.nodigest',
  handle: 'L06',
  group: 'L',
  family: 'payload',
  change: 'take every image digest and every image match out of the manifest',
  by: 'author',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: ['REQ.SEC.AUTHENTIC', 'REQ.SEC.AUTH.EXEC'],
  expects: [shouldReject(['not-validated'], manifest('6.3'), { level: 'installed' })],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.constant(null),
  apply(scenario) {
    if (fetchedImages(scenario).length === 0) return undefined;
    return reissue(
      scenario,
      (parts) => {
        const changed = sections.reduce(
          (edited, section): EnvelopeParts => {
            const items = sequenceOf(edited, section)?.items;
            const kept = items?.filter((_, i) => !isInt(items[i - (i % 2)] as Item, code.imageMatch));
            if (items === undefined || kept === undefined || kept.length === items.length) return edited;
            return withSequence(edited, section, (list) => ({ ...list, items: kept }));
          },
          withParameter(parts, parameterKey.imageDigest, () => undefined),
        );
        return changed === parts ? undefined : changed;
      },
      { event: 'update' },
    );
  },
};

/** suit-directive-set-parameters of the trust-domains draft: no command of this one. */
const setParameters = 19;

/** Gives the digest by set-parameters, which does not replace what is set. */
export const viaSet: Attack<null> = {
  id: 'image.digest.via-set',
  handle: 'K06',
  group: 'K',
  family: 'image',
  change: 'give the image digest once more, by set-parameters',
  by: 'author',
  threats: ['THREAT.MFST.OVERRIDE'],
  violates: [],
  expects: [eitherAnswer(['param-forbidden', 'command-unsupported'], manifest('7'), { level: 'applicable' })],
  choice: fc.constant(null),
  apply(scenario) {
    const image = scenario.images.find(({ bytes }) => bytes !== undefined);
    if (image?.bytes === undefined) return undefined;
    const digest = imageDigest(image.bytes, digestAlgorithm(scenario.release));
    const set = [int(setParameters), map([int(parameterKey.imageDigest), digest])];
    return insert(scenario, [{ section: 'shared', commands: [...select(image.component), ...set] }]);
  },
};

const ascii = new TextEncoder();
const packed: Readonly<Record<string, (image: Uint8Array) => Uint8Array>> = {
  compressed: (image) => Uint8Array.from(deflateRawSync(image)),
  archive: (image) => Uint8Array.from([...ascii.encode('!<arch>\nimage.bin/      '), ...image]),
  elf: (image) => Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, ...image]),
  delta: (image) => Uint8Array.from([...ascii.encode('BSDIFF40'), ...image]),
};

/** The right image comes in a format that the manifest does not declare. */
export const packedImage: Attack<{ form: string }> = {
  id: 'image.format',
  handle: 'K08',
  group: 'K',
  family: 'image',
  change: 'send the image compressed, in an archive or executable, or as a delta, undeclared',
  by: 'network',
  threats: ['THREAT.IMG.FORMAT'],
  violates: ['REQ.SEC.AUTH.IMG_TYPE', 'REQ.USE.IMG.FORMAT'],
  expects: [
    eitherAnswer(
      ['image-mismatch', 'size-mismatch'],
      { doc: 'information-model', section: '4.3.5' },
      {
        level: 'installed',
        prohibits: [{ kind: 'other-state' }],
      },
    ),
  ],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({ form: fc.constantFrom(...Object.keys(packed)) }),
  apply(scenario, { form }) {
    const [image] = fetchedImages(scenario);
    const bytes = image && packed[form]?.(image.bytes);
    if (image === undefined || bytes === undefined) return undefined;
    return deliverEnvelope(scenario, scenario.release, {
      event: 'update',
      payloads: answering(scenario, image.uri, { uri: image.uri, kind: 'bytes', bytes }),
    });
  },
};

export const imageDigestAttacks: readonly AnyAttack[] = [noDigest, viaSet, packedImage];
