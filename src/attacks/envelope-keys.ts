/**
 * Attacks with members under keys that the draft does not define, and with payloads that are no strings (draft §8.1, §7.5).
 *
 * @module
 */
import fc from 'fast-check';
import { equalBytes } from '../cbor/hex.ts';
import {
  array,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  map,
  nil,
  tag,
  tstr,
  wrapped,
} from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { manifest } from '../suit/clause.ts';
import { setMember, withCommon } from '../suit/edit.ts';
import { assemble, type EnvelopeParts, encode } from '../suit/parts.ts';
import { commandCode, parameterKey } from '../suit/registry.ts';
import type { Attack } from './attack.ts';
import { alter, reissue } from './deliver.ts';
import { all, eitherAnswer, shouldReject } from './expectation.ts';

/** The envelope's bytes with its map changed under the same tags; nothing is resealed. */
export function reframe(parts: EnvelopeParts, change: (envelope: CborMap) => CborMap): Uint8Array {
  const envelope = change(assemble({ ...parts, tags: [] }) as CborMap);
  return write(parts.tags.reduceRight<Item>((item, head) => ({ kind: 'tag', ...head, item }), envelope));
}

const planted = 'https://attacker.example/unknown-member';

/** A member of the envelope that no registry knows, with commands in it that must not be run. */
export const addUnknownMember: Attack<{ key: string }> = {
  id: 'env.key.unknown',
  handle: 'B15',
  group: 'B',
  family: 'malformed',
  change: 'unassigned integer key in envelope; ⊘ any effect',
  by: 'outsider',
  threats: ['THREAT.IMG.NON_AUTH'],
  violates: [],
  expects: all(
    eitherAnswer(['unknown-envelope-key'], manifest('A'), { prohibits: [{ kind: 'fetch', uri: planted }] }),
  ),
  // Keys that extensions of the manifest define are left out: they are not unknown to everybody.
  choice: fc.record({
    key: fc.constantFrom(
      '30',
      '0',
      '4',
      '5',
      '10',
      '12',
      '24',
      '255',
      '65536',
      '4294967296',
      '-1',
      '-25',
      '-4294967297',
    ),
  }),

  apply(scenario, { key }) {
    const number = BigInt(key);
    return alter(scenario, (parts) => {
      if (parts.members.some(([k]) => isInt(k, number))) return undefined;
      return reframe(parts, (envelope) => setMember(envelope, number, plantedSequence()));
    });
  },
};

function plantedSequence(): Item {
  const parameters = map([int(parameterKey.uri), tstr(planted)]);
  return wrapped(
    array(
      ...[int(commandCode.setComponentIndex), int(0)],
      ...[int(commandCode.overrideParameters), parameters],
      ...[int(commandCode.fetch), int(15)],
    ),
  );
}

/** A member of the signed manifest, or of its common part, that no registry knows. */
export const addUnknownManifestMember: Attack<{ place: 'manifest' | 'common'; key: string }> = {
  id: 'env.key.unknown-manifest',
  handle: 'B16',
  group: 'B',
  family: 'malformed',
  change: 'unassigned key (or 0) in signed manifest or common',
  by: 'author',
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(eitherAnswer(['unknown-critical-key'], manifest('A'))),
  choice: fc.record({
    place: fc.constantFrom('manifest' as const, 'common' as const),
    key: fc.constantFrom('30', '0', '10', '100', '65536', '4294967296', '-1', '-257'),
  }),

  apply(scenario, { place, key }) {
    const add = (container: CborMap) =>
      container.entries.some(([k]) => isInt(k, BigInt(key)))
        ? container
        : setMember(container, BigInt(key), int(0));
    return reissue(scenario, (parts) => {
      const changed = place === 'manifest' ? add(parts.manifest) : withCommon(parts.manifest, add);
      const made = { ...parts, manifest: changed };
      return equalBytes(encode(made), encode(parts)) ? undefined : made;
    });
  },
};

type NoString = 'text' | 'array' | 'tag' | 'int' | 'nil';

/** The value of an integrated payload is no byte string. */
export const misshapePayload: Attack<{ payload: number; type: NoString }> = {
  id: 'env.payload.nonbstr',
  handle: 'B17',
  group: 'B',
  family: 'malformed',
  change: 'integrated payload value not a bstr',
  by: 'outsider',
  threats: [],
  violates: ['REQ.USE.PAYLOAD'],
  expects: all(shouldReject(['envelope-structure'], manifest('7.5'), { level: 'installed' })),
  on: { features: ['integrated', 'update'] },
  choice: fc.record({
    payload: fc.nat({ max: 7 }),
    type: fc.constantFrom<NoString>('text', 'array', 'tag', 'int', 'nil'),
  }),

  apply(scenario, { payload, type }) {
    return alter(scenario, (parts) => {
      const payloads = parts.members.filter(([key, value]) => key.kind === 'tstr' && value.kind === 'bstr');
      const chosen = payloads[payload % payloads.length];
      if (chosen === undefined) return undefined;
      const members = parts.members.map((e): Entry => (e === chosen ? [e[0], ofType(type, e[1])] : e));
      return { ...parts, members };
    });
  },
};

function ofType(type: NoString, payload: Item): Item {
  switch (type) {
    case 'text':
      return tstr('payload');
    case 'array':
      return array(payload);
    case 'tag':
      return tag(24, payload);
    case 'int':
      return int(0);
    case 'nil':
      return nil;
  }
}
