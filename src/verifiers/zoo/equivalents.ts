/**
 * Equivalent mutants: the reference verifier in another way that the specifications allow. A bench that catches one
 * of them is wrong.
 *
 * @module
 */
import { nobleCrypto } from '../../cose/noble-crypto.ts';
import { sharedCrypto } from '../../cose/shared-crypto.ts';
import { checkSequence, checkVersion } from '../reference/manifest.ts';
import { defaultRules } from '../reference/rules.ts';
import { type Animal, animal } from './animal.ts';
import { moveBefore } from './steps.ts';

const { acceptsSequence, digestMatches } = defaultRules;

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

export const equivalents: readonly Animal[] = [
  animal('EQ01', 'leaves-digest-comparison-early', 'Digests are public: no secret is in the time.', [], {
    rules: {
      digestMatches: (expected, actual) => expected[0] === actual[0] && digestMatches(expected, actual),
    },
  }),
  animal('EQ02', 'checks-sequence-before-version', 'The draft says of both that they come first.', [], {
    steps: (steps) => moveBefore(steps, checkVersion, [checkSequence]),
  }),
  animal(
    'EQ04',
    'tries-anchors-in-reverse',
    'The kid is a hint, and the order of anchors means nothing.',
    [],
    {
      rules: { selectAnchors: (_headers, anchors) => anchors.toReversed() },
    },
  ),
  animal('EQ05', 'compares-sequence-as-bytes', 'Eight big-endian bytes have the order of the number.', [], {
    rules: {
      acceptsSequence: (installed, offered, context) => {
        if (installed === undefined) return acceptsSequence(installed, offered, context);
        return Buffer.compare(bigEndian(offered), bigEndian(installed)) >= 0 ? true : 'sequence-rollback';
      },
    },
  }),
  animal('EQ10', 'verifies-with-noble', 'Another library, the same mathematics.', [], {
    // An envelope's attacks repeat their control's signature: asked once.
    ports: { crypto: sharedCrypto(nobleCrypto) },
  }),
];
