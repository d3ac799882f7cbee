/**
 * Sizes that an author drives up: of one part of the envelope, of its text, and of what is declared of a payload.
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, type Item, int, map, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { headerLabels } from '../cose/blocks.ts';
import type { Payload } from '../device/delivery.ts';
import { before } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { setMember, withParameter } from '../suit/edit.ts';
import { commandCode as code, manifestKey, parameterKey } from '../suit/registry.ts';
import { type Attack, inDimension } from './attack.ts';
import { command, override, select, unread } from './command-items.ts';
import { alterBlocks, withField } from './cose-change.ts';
import { alter, fetchedImages, reissue } from './deliver.ts';
import { withInlineText } from './encoding-map.ts';
import { eitherAnswer, mustReject } from './expectation.ts';
import { imageDigest } from './history.ts';
import { byAuthor, isResource } from './resource-row.ts';
import { insert, inserted, twins } from './twin.ts';

type Oversized = 'envelope' | 'manifest' | 'content' | 'kid' | 'header';

/** One thing of tens of kilobytes where bytes are usual. */
export const oversize: Attack<{ which: Oversized; size: number }> = {
  ...isResource,
  id: 'res.size',
  handle: 'Q08',
  change: 'envelope > RAM, manifest > immutable memory, huge content, kid or header',
  by: ['outsider', 'author'],
  threats: ['THREAT.NET.ONPATH', 'THREAT.MFST.TOCTOU'],
  violates: ['REQ.SEC.MFST.CONST'],
  expects: [eitherAnswer(['limit-size', 'limit-memory'], { doc: 'information-model', section: '4.3.21' })],
  choice: fc.record({
    which: fc.constantFrom<Oversized>('envelope', 'manifest', 'content', 'kid', 'header'),
    size: fc.constantFrom(5000, 20_000, 100_000, 200_000),
  }),

  apply(scenario, { which, size }) {
    const bytes = new Uint8Array(size);
    const dimension = `${which} of ${size} bytes`;
    switch (which) {
      case 'envelope':
        return inDimension(
          alter(scenario, (parts) => ({
            ...parts,
            members: [...parts.members, [tstr(`#${'z'.repeat(300)}`), bstr(bytes)]],
          })),
          dimension,
        );
      case 'manifest':
        return inDimension(
          reissue(scenario, (parts) => {
            const uri = tstr(`https://vendor.example/${'a'.repeat(size)}`);
            return { ...parts, manifest: setMember(parts.manifest, manifestKey.referenceUri, uri) };
          }),
          dimension,
        );
      case 'content':
        return inDimension(
          insert(scenario, [
            { section: 'shared', commands: [...select(0), ...override({ content: bstr(bytes) })] },
          ]),
          dimension,
        );
      default:
        return inDimension(
          alterBlocks(scenario, (block, { header, unprotected }) => {
            // A label in both maps would be another fault.
            if (which === 'kid' && valueAt(header, headerLabels.kid) !== undefined) return undefined;
            const label = which === 'kid' ? headerLabels.kid : 1000;
            return withField(block, 1, setMember(unprotected, label, bstr(bytes)));
          }),
          dimension,
        );
    }
  },
};

type TextFlood = 'languages' | 'long' | 'tag';

/** Text for people, in an amount or with a language tag that costs the reader. */
export const hugeText: Attack<{ which: TextFlood; size: number }> = {
  ...isResource,
  id: 'res.text.huge',
  handle: 'Q13',
  change: 'huge text map, hostile language tag (regex cost)',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.MFST.TEXT'],
  expects: [eitherAnswer(['limit-size'], manifest('8.4.4'))],
  choice: fc.record({
    which: fc.constantFrom<TextFlood>('tag', 'languages', 'long'),
    size: fc.constantFrom(30, 3000, 30_000, 120_000),
  }),

  apply(scenario, { which, size }) {
    const made = reissue(scenario, (parts) => withInlineText(parts, wrapped(textOf(which, size))));
    return inDimension(made, `${which} of ${size} bytes`);
  },
};

/** So that a case does not cost the bench more than its verifiers. */
const mostLanguages = 1000;

function textOf(which: TextFlood, size: number): Item {
  const one = (text: string) => map([int(1), tstr(text)]);
  switch (which) {
    case 'tag':
      // Ends in what no language tag has: a pattern that backtracks tries every way to split the rest.
      return map([tstr(`${'a'.repeat(size)}!`), one('text')]);
    case 'long':
      return map([tstr('en'), one('a'.repeat(size))]);
    case 'languages':
      return map(
        ...Array.from({ length: Math.min(Math.ceil(size / 12), mostLanguages) }, (_, i): [Item, Item] => [
          tstr(`x-${String(i).padStart(5, '0')}`),
          one('a'),
        ]),
      );
  }
}

const declaredAbove = mustReject(['limit-size', 'size-mismatch', 'directive-failed'], manifest('6.3'), {
  level: 'installed',
  prohibits: [{ kind: 'wrong-image' }],
});
const declaredWrong = eitherAnswer(['size-mismatch', 'limit-size'], manifest('6.3'), {
  level: 'installed',
  prohibits: [{ kind: 'wrong-image' }],
});

/** Sizes that a sum with an offset or another size carries past the width of an integer; plus the true size. */
const wrappingSizes: readonly bigint[] = [
  2n ** 64n - 1n,
  2n ** 64n - 4096n,
  2n ** 63n,
  2n ** 32n,
  2n ** 32n - 1n,
  2n ** 31n,
];

/** A declared size that overflows, for a payload above the slot or for the right one. */
export const overflowingSize: Attack<{ size: number; payload: 'above' | 'right' }> = {
  ...byAuthor,
  id: 'res.int.product',
  handle: 'Q15',
  change:
    'declared size makes offset + size, or the sum of sizes, overflow: payload above capacity (MR), small and matching (PD); ⊘ write outside the component',
  expects: [declaredAbove, declaredWrong],
  on: { features: ['network', 'update', 'flat'] },
  choice: fc.record({
    size: fc.nat({ max: wrappingSizes.length - 1 }),
    payload: fc.constantFrom('above', 'right'),
  }),

  apply(scenario, { size: number, payload: which }) {
    const [image] = fetchedImages(scenario);
    const component = image && scenario.recipient.components[image.recipientComponent];
    const size = wrappingSizes[number % wrappingSizes.length] as bigint;
    if (image === undefined || component === undefined) return undefined;
    if (which === 'right') {
      // Only the sizes that are there: the digest stays the image's.
      const old = BigInt(image.bytes.length);
      return twins(scenario, {
        event: 'update',
        attacked: {
          release: (parts) => {
            const changed = withParameter(parts, parameterKey.imageSize, (value) =>
              value.kind === 'uint' && value.value === old ? int(size) : value,
            );
            return changed === parts ? undefined : changed;
          },
        },
        expect: declaredWrong,
      });
    }
    const bytes = new Uint8Array(component.capacity + 1).fill(0xee);
    const uri = 'https://vendor.example/above';
    const large: Payload = { uri, kind: 'bytes', bytes };
    const payloads = [...(before(scenario, 'update')?.delivery.delivery.payloads ?? []), large];
    const wanted = override({
      imageDigest: imageDigest(bytes, scenario.plan?.digest ?? -16),
      imageSize: int(size),
      uri: tstr(uri),
    });
    const commands = [...select(image.component), ...wanted, ...command(code.fetch), ...unread];
    return twins(scenario, {
      event: 'update',
      attacked: { release: (parts) => inserted(parts, { section: 'install', commands }), payloads },
      expect: declaredAbove,
    });
  },
};
