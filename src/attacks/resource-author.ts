/**
 * Attacks on a recipient's room and time by its own author: what is signed may still be too much
 * (draft §6.2, §6.3, §6.6, §8.4.4, §8.4.8.9).
 *
 * @module
 */
import fc from 'fast-check';
import { bool, bstr, type Item, int, map, tstr, valueAt, wrapped } from '../cbor/item.ts';
import { headerLabels } from '../cose/blocks.ts';
import type { Payload } from '../device/delivery.ts';
import { before } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { setMember, withParameter } from '../suit/edit.ts';
import { commandCode as code, manifestKey, parameterKey } from '../suit/registry.ts';
import { type AnyAttack, type Attack, inDimension } from './attack.ts';
import {
  type Commands,
  command,
  componentItems,
  override,
  passing,
  runSequence,
  select,
  tryEach,
  unread,
} from './command-items.ts';
import { alterBlocks, withField } from './cose-change.ts';
import { alter, fetchedImages, reissue } from './deliver.ts';
import { withInlineText } from './encoding-map.ts';
import { eitherAnswer, mustAccept, mustReject } from './expectation.ts';
import { imageDigest } from './history.ts';
import { isResource } from './resource-unauthentic.ts';
import { insert, inserted, twins } from './twin.ts';

const byAuthor = { ...isResource, by: 'author', threats: [], violates: ['REQ.USE.PARSE'] } as const;

/** Sequences in sequences, with nothing in the innermost that matters. */
export const deepSequences: Attack<{ depth: number; kind: 'run-sequence' | 'try-each' }> = {
  ...byAuthor,
  id: 'res.depth.seq',
  handle: 'Q02',
  change: 'nested run-sequence / try-each',
  expects: [eitherAnswer(['limit-depth'], manifest('6.4'), { level: 'installed' })],
  on: { features: ['update', 'network'] },
  choice: fc.record({
    depth: fc.constantFrom(2, 4, 8, 16, 32, 64, 200),
    kind: fc.constantFrom('run-sequence', 'try-each'),
  }),

  apply(scenario, { depth, kind }) {
    let commands: Commands = unread;
    for (let i = 0; i < depth; i++)
      commands = kind === 'try-each' ? tryEach(commands) : runSequence(commands);
    const made = insert(scenario, [{ section: 'install', commands: [...select(0), ...commands] }], {
      event: 'update',
    });
    return inDimension(made, `${kind}, ${depth} deep`);
  },
};

/** The same image is hashed again and again. */
export const repeatMatch: Attack<{ count: number }> = {
  ...byAuthor,
  id: 'res.match.repeat',
  handle: 'Q04',
  change: 'many image-matches over the largest component',
  expects: [eitherAnswer(['limit-steps'], manifest('8.4.9.2'), { level: 'installed' })],
  on: { features: ['update', 'network', 'flat'] },
  choice: fc.record({ count: fc.constantFrom(100, 500, 2000) }),

  apply(scenario, { count }) {
    const [largest] = fetchedImages(scenario).toSorted((a, b) => b.bytes.length - a.bytes.length);
    if (largest === undefined) return undefined;
    const digest = imageDigest(largest.bytes, scenario.plan?.digest ?? -16);
    const matches = Array.from({ length: count }, () => command(code.imageMatch)).flat();
    const commands = [...select(largest.component), ...override({ imageDigest: digest }), ...matches];
    const made = insert(scenario, [{ section: 'install', commands }], { event: 'update' });
    return inDimension(made, `${count} times`);
  },
};

/** Every command asks to be reported in full. */
export const floodReports: Attack<{ count: number }> = {
  ...byAuthor,
  id: 'res.report.flood',
  handle: 'Q12',
  change: 'all policy bits on hundreds or thousands of conditions',
  violates: ['REQ.SEC.REPORTING'],
  expects: [eitherAnswer(['limit-memory', 'limit-steps'], manifest('8.4.7'), { level: 'installed' })],
  on: { features: ['update', 'network', 'flat'] },
  choice: fc.record({ count: fc.constantFrom(100, 1000, 4000) }),

  apply(scenario, { count }) {
    const condition = passing(scenario.release);
    if (condition === undefined) return undefined;
    const commands = Array.from({ length: count }, () => condition).flat();
    return inDimension(
      insert(scenario, [{ section: 'install', commands }], { event: 'update' }),
      `${count} times`,
    );
  },
};

const allParameters = mustAccept(manifest('6.2'), { level: 'installed' });
const largeParameters = eitherAnswer(['limit-memory'], manifest('6.6'), { level: 'installed' });

/** Every parameter of every component, after all commands that could read them. */
export const countParameters: Attack<{ bytes: number }> = {
  ...byAuthor,
  id: 'res.count.params',
  handle: 'Q07',
  change:
    "every parameter on each of n components, n within the target's number (MA); values above memory (PD)",
  expects: [allParameters, largeParameters],
  on: { features: ['update', 'multi-component'] },
  choice: fc.record({ bytes: fc.constantFrom(4, 8000, 40_000) }),

  apply(scenario, { bytes }) {
    const n = componentItems(scenario.release).length;
    const isSmall = bytes < 100;
    const value = bstr(new Uint8Array(isSmall ? bytes : Math.floor(bytes / Math.max(n, 1))));
    const id = bstr(new Uint8Array(16));
    const commands = Array.from({ length: n }, (_, i) => [
      ...select(i),
      ...override({
        vendorIdentifier: id,
        classIdentifier: id,
        imageDigest: imageDigest(new Uint8Array(0), -16),
        componentSlot: int(0),
        strictOrder: bool(true),
        imageSize: int(2n ** 32n),
        content: value,
        uri: tstr('https://vendor.example/unused'),
        sourceComponent: int(0),
        invokeArguments: value,
        deviceIdentifier: id,
        fetchArguments: value,
      }),
    ]).flat();
    const made = insert(scenario, [{ section: 'validate', commands, makes: true }], {
      event: 'update',
      expect: isSmall ? allParameters : largeParameters,
    });
    return inDimension(made, `${bytes} bytes`);
  },
};

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

/** Nothing but what a manifest must have. */
export const minimalManifest: Attack<{ deviceClass: 1 | 2 }> = {
  ...byAuthor,
  id: 'res.class.minimal',
  handle: 'Q16',
  change: 'minimal valid manifest inside the class 1 budget',
  expects: [mustAccept(manifest('1'), { level: 'applicable' })],
  on: { features: ['update', 'network'] },
  choice: fc.record({ deviceClass: fc.constantFrom(1 as const, 2 as const) }),

  apply(scenario, { deviceClass }) {
    const found = before(scenario, 'update');
    const { version, sequenceNumber, common } = manifestKey;
    const kept: readonly bigint[] = [version, sequenceNumber, common].map(BigInt);
    return (
      found &&
      twins(scenario, {
        event: 'update',
        recipient: (recipient) => ({ ...recipient, deviceClass }),
        attacked: {
          release: (parts) => ({
            ...parts,
            manifest: {
              ...parts.manifest,
              entries: parts.manifest.entries.filter(([k]) => k.kind === 'uint' && kept.includes(k.value)),
            },
            members: [],
          }),
          contents: found.recipient.components.map(({ slots }) => slots),
        },
      })
    );
  },
};

export const authorResourceAttacks: readonly AnyAttack[] = [
  deepSequences,
  repeatMatch,
  floodReports,
  countParameters,
  oversize,
  hugeText,
  overflowingSize,
  minimalManifest,
];
