/**
 * Attacks on a recipient's room and time by its own author: what is signed may still be too much
 * (draft §6.2, §6.3, §6.6, §8.4.4, §8.4.8.9).
 *
 * @module
 */
import fc from 'fast-check';
import { bool, bstr, int, tstr } from '../cbor/item.ts';
import { before } from '../scenarios/scenario.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code, manifestKey } from '../suit/registry.ts';
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
import { fetchedImages } from './deliver.ts';
import { eitherAnswer, mustAccept } from './expectation.ts';
import { imageDigest } from './history.ts';
import { byAuthor } from './resource-row.ts';
import { hugeText, overflowingSize, oversize } from './resource-size.ts';
import { insert, twins } from './twin.ts';

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
