/**
 * The registries as a dictionary of byte strings for AFL, libFuzzer and Honggfuzz: a line for each token,
 * `name="\x.."`.
 *
 * @module
 */
import { bool, int, nil, tag } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { algorithms, digestAlgorithms } from '../cose/algorithms.ts';
import {
  commands,
  commonKeys,
  componentTextKeys,
  envelopeKeys,
  manifestKeys,
  parameters,
  type Registration,
  suitTag,
  textKeys,
} from './registry.ts';

/** COSE_Mac0, COSE_Sign1, COSE_Mac, COSE_Sign (RFC 9052 §2). */
const coseTags = { mac0: 17, sign1: 18, mac: 97, sign: 98 } as const;

/** Each byte string once, under the first name that it has; ends with a line feed. */
export function fuzzDictionary(): string {
  const tokens = new Map<string, string>();
  for (const [name, bytes] of namedTokens()) {
    const text = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    if (!tokens.has(text)) tokens.set(text, name.replaceAll(/[^A-Za-z0-9]+/g, '_'));
  }
  return [...tokens].map(([text, name]) => `${name}="${text}"\n`).join('');
}

type Token = readonly [name: string, bytes: Uint8Array];

function namedTokens(): readonly Token[] {
  const registries = [
    envelopeKeys,
    manifestKeys,
    commonKeys,
    parameters,
    commands,
    textKeys,
    componentTextKeys,
    [...algorithms, ...digestAlgorithms].map(({ id, name }) => ({ name, code: id })),
  ];
  const keys = registries.flatMap((rows: readonly Pick<Registration, 'name' | 'code'>[]) =>
    rows.map(({ name, code }): Token => [name, write(int(code))]),
  );
  const tags = Object.entries({ ...suitTag, ...coseTags }).map(
    // Without the item that it is for.
    ([name, number]): Token => [`tag ${name}`, write(tag(number, nil)).slice(0, -1)],
  );
  return [...tags, ...keys, ...forms];
}

/** Forms that an encoder may choose, and those that it must not. */
const forms: readonly Token[] = [
  ['true', write(bool(true))],
  ['null', write(nil)],
  ...[0x5f, 0x7f, 0x9f, 0xbf, 0xff].map(
    (byte): Token => [`indefinite or break ${byte}`, Uint8Array.of(byte)],
  ),
  ...[0x18, 0x19, 0x1a, 0x1b, 0x5b, 0x9b, 0xbb].map(
    (head): Token => [
      `widest ${head}`,
      Uint8Array.of(head, ...new Uint8Array([1, 2, 4, 8][(head & 0x1f) - 24] ?? 0).fill(0xff)),
    ],
  ),
];
