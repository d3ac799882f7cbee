/**
 * Attacks with values that CBOR can carry and the draft cannot: invalid UTF-8, the core numbers as something
 * else, tags (RFC 8949 §3.4, §5.3.1).
 *
 * @module
 */
import fc from 'fast-check';
import { concat, fromHex } from '../cbor/hex.ts';
import { bstr, type Entry, type Item, int, map, nil, type Tstr, tag, tstr, wrapped } from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import type { Payload } from '../device/delivery.ts';
import { before, type Scenario } from '../scenarios/scenario.ts';
import { setMember } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { manifestKey } from '../suit/registry.ts';
import type { Attack, Attacked } from './attack.ts';
import { alter, defaultEvent, reissue } from './deliver.ts';
import {
  changeAsAuthor,
  changeAsOutsider,
  isAuthored,
  levelOf,
  opened,
  pick,
  surePlaces,
} from './encoding-change.ts';
import { withInlineText } from './encoding-map.ts';
import type { Place } from './encoding-tree.ts';
import { float64 } from './encoding-type.ts';
import { all, byLevel, eitherAnswer, mustReject, shouldReject } from './expectation.ts';

const invalidText = byLevel(shouldReject(['cbor-invalid'], { doc: 'cbor', section: '5.3.1' }));

const notUtf8 = {
  cut: 'e282',
  overlong: 'c0af',
  surrogate: 'eda080',
  alone: '80',
  beyond: 'f4908080',
} as const;

/** Puts bytes that are no UTF-8 at the end of a text. */
export const breakUtf8: Attack<{
  where: 'reference-uri' | 'text' | 'uri' | 'envelope-key';
  bytes: keyof typeof notUtf8;
  place: number;
}> = {
  id: 'enc.text.utf8',
  handle: 'A13',
  group: 'A',
  family: 'malformed',
  change: 'invalid UTF-8 in URI, reference-uri, text or envelope key',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(invalidText),
  choice: fc.record({
    where: fc.constantFrom('reference-uri', 'text', 'uri', 'envelope-key'),
    bytes: fc.constantFrom('cut', 'overlong', 'surrogate', 'alone', 'beyond'),
    place: fc.nat({ max: 9 }),
  }),

  apply(scenario, { where, bytes, place }) {
    const broken = (text: string): Tstr => spoil(tstr(text), bytes);
    switch (where) {
      case 'reference-uri':
        return reissue(scenario, (parts) => withReference(parts, broken('http://example.com/a')), {
          expect: invalidText.applicable,
        });
      case 'text': {
        const text = wrapped(map([tstr('en'), map([int(1), broken('an update')])]));
        return reissue(scenario, (parts) => withInlineText(parts, text), { expect: invalidText.applicable });
      }
      case 'uri':
        return spoilUri(scenario, place, bytes);
      case 'envelope-key':
        return alter(scenario, (parts) => withPayload(parts, [broken('#unused'), bstr(new Uint8Array(0))]), {
          expect: invalidText.installed,
        });
    }
  },
};

function spoil(text: Tstr, bytes: keyof typeof notUtf8): Tstr {
  return { kind: 'tstr', bytes: concat(text.bytes, fromHex(notUtf8[bytes])) };
}

function withReference(parts: EnvelopeParts, uri: Item): EnvelopeParts {
  return { ...parts, manifest: setMember(parts.manifest, manifestKey.referenceUri, uri) };
}

function withPayload(parts: EnvelopeParts, payload: Entry): EnvelopeParts {
  return { ...parts, members: sortEntries(map(...parts.members, payload)).entries };
}

/** The network answers under what a lenient decoder makes of the URI, so that the URI alone decides. */
function spoilUri(scenario: Scenario, number: number, bytes: keyof typeof notUtf8): Attacked | undefined {
  const payloads = before(scenario, defaultEvent(scenario))?.delivery.delivery.payloads ?? [];
  const served = (item: Item): Payload | undefined => payloads.find(({ uri }) => uri === textOf(item));
  const place = pick(
    surePlaces(scenario, (p) => p.name === 'parameter.21' && served(p.item) !== undefined),
    number,
  );
  if (place === undefined || place.item.kind !== 'tstr') return undefined;
  const uri = spoil(place.item, bytes);
  const alias: Payload = { ...(served(place.item) as Payload), uri: textOf(uri) };
  return changeAsAuthor(scenario, place, () => uri, {
    expect: invalidText.installed,
    payloads: [...payloads, alias],
  });
}

function textOf(item: Item): string {
  return item.kind === 'tstr' ? new TextDecoder().decode(item.bytes) : '';
}

const wrongVersion = mustReject(['version-unsupported', 'type-mismatch'], {
  doc: 'manifest',
  section: '6.1',
});
const wrongNumber = mustReject(['sequence-missing', 'type-mismatch'], { doc: 'manifest', section: '8.4.2' });
// A bignum is a tag where none belongs.
const otherVersion = shouldReject(['version-unsupported', 'type-mismatch', 'wrong-tag'], {
  doc: 'manifest',
  section: '6.1',
});
const otherNumber = shouldReject(['sequence-missing', 'type-mismatch', 'wrong-tag'], {
  doc: 'manifest',
  section: '8.4.2',
});

type CoreType = 'text' | 'bytes' | 'negative' | 'null' | 'float' | 'bignum';

/** Gives version or sequence number as something that is no unsigned integer. */
export const retypeCore: Attack<{ field: 'version' | 'sequence'; type: CoreType }> = {
  id: 'enc.type.core',
  handle: 'A15',
  group: 'A',
  family: 'malformed',
  change:
    'version or sequence number as tstr, bstr, nint, null (MR); as float or bignum of a good value (SR)',
  by: 'author',
  threats: [],
  violates: ['REQ.SEC.SEQUENCE', 'REQ.USE.PARSE'],
  expects: [wrongVersion, wrongNumber, otherVersion, otherNumber],
  choice: fc.record({
    field: fc.constantFrom('version', 'sequence'),
    type: fc.constantFrom('text', 'bytes', 'negative', 'null', 'float', 'bignum'),
  }),

  apply(scenario, { field, type }) {
    const isVersion = field === 'version';
    const name = `manifest.${isVersion ? manifestKey.version : manifestKey.sequenceNumber}`;
    const place = opened(scenario).places.find((p) => p.name === name);
    if (place?.item.kind !== 'uint') return undefined;
    const wrong = retyped(place.item.value, type);
    if (wrong === undefined) return undefined;
    const keepsValue = type === 'float' || type === 'bignum';
    const [strict, lax] = isVersion ? [wrongVersion, otherVersion] : [wrongNumber, otherNumber];
    return changeAsAuthor(scenario, place, () => wrong, { expect: keepsValue ? lax : strict });
  },
};

function retyped(good: bigint, type: CoreType): Item | undefined {
  switch (type) {
    case 'text':
      return tstr(good.toString());
    case 'bytes':
      return bstr(bigEndian(good));
    case 'negative':
      return int(-1n - good);
    case 'null':
      return nil;
    case 'float':
      return BigInt(Number(good)) === good ? float64(Number(good)) : undefined;
    case 'bignum':
      return tag(2, bstr(bigEndian(good)));
  }
}

function bigEndian(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
}

const selfDescribed = 55799;

const tagAround = eitherAnswer(['wrong-tag'], { doc: 'cbor', section: '3.4.6' });
const tagInside = byLevel(shouldReject(['wrong-tag', 'type-mismatch'], { doc: 'manifest', section: 'A' }));

/** Puts a tag where none belongs: the self-description around the envelope, or another one anywhere. */
export const addTag: Attack<{ by: 'outsider' | 'author'; tag: number; place: number }> = {
  id: 'enc.tag.extra',
  handle: 'A16',
  group: 'A',
  family: 'malformed',
  change: 'tag 55799 around the envelope (PD); 24 or unknown, any place (SR)',
  by: ['outsider', 'author'],
  threats: [],
  violates: ['REQ.USE.PARSE'],
  expects: all(tagAround, tagInside),
  choice: fc.record({
    by: fc.constantFrom('outsider', 'author'),
    tag: fc.constantFrom(selfDescribed, 24, 32, 37, 99999),
    place: fc.nat({ max: 99 }),
  }),

  apply(scenario, { by, tag: number, place: placeNumber }) {
    const change = (item: Item): Item => tag(number, item);
    if (by === 'outsider' && number === selfDescribed) {
      const { places } = opened(scenario);
      return changeAsOutsider(scenario, places[0] as Place, change, { expect: tagAround });
    }
    const isBy = (p: Place) => (by === 'author' ? isAuthored(p) : p.part === 'frame' && p.path.length > 0);
    const place = pick(
      surePlaces(scenario, (p) => isBy(p) && isTaggable(p)),
      placeNumber,
    );
    if (place === undefined) return undefined;
    const options = { expect: tagInside[levelOf(place)] };
    return by === 'author'
      ? changeAsAuthor(scenario, place, change, options)
      : changeAsOutsider(scenario, place, change, options);
  },
};

/** A tagged key is another key, and a tagged code another command: those are other faults. */
function isTaggable(place: Place): boolean {
  return !place.isKey && place.name !== 'command' && place.name !== 'envelope';
}
