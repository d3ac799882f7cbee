/**
 * Animals that ask for too little: of algorithms, roles, identifiers, failures (draft §6.2, §8.4.9; RFC 9052 §3).
 *
 * @module
 */
import { type Entry, type Item, int, isInt, map, valueAt } from '../../cbor/item.ts';
import { readFirst } from '../../cbor/read.ts';
import { algorithmById } from '../../cose/algorithms.ts';
import { nodeVerifyByKey } from '../../cose/node-crypto.ts';
import { parameterKey } from '../../suit/registry.ts';
import { authenticate } from '../reference/authenticate.ts';
import { runProcedure } from '../reference/procedure.ts';
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';
import { forgiving } from './authority.ts';
import { askFor, prefetch } from './payloads.ts';
import { insertBefore, replaceStep } from './steps.ts';

const { headersUnderstood, integer } = defaultRules;

/** In the argument of override-parameters. */
function cutIdentifiers(argument: Item): Item {
  if (argument.kind !== 'map') return argument;
  const entries = argument.entries.map(([key, value]): Entry => {
    const isId = isInt(key, parameterKey.vendorIdentifier) || isInt(key, parameterKey.classIdentifier);
    return [key, isId && value.kind === 'bstr' ? { ...value, bytes: value.bytes.subarray(0, 16) } : value];
  });
  return { ...argument, entries };
}

export const lenienceAnimals = [
  animal(
    'Z311',
    'guesses-the-algorithm',
    'Where the algorithm is missing or unknown, the key says how to verify.',
    ['cose.alg.absent', 'cose.alg.unknown'],
    {
      rules: {
        algorithm: ({ protected: header }) => {
          const named = valueAt(header, 1);
          const value = named && integer(named);
          return value !== undefined && algorithmById(Number(value)) ? named : int(-9);
        },
        algorithmFits: () => true,
        verify: (_crypto, _algorithm, key, message, signature) => nodeVerifyByKey(key, message, signature),
      },
    },
  ),
  animal(
    'Z312',
    'ignores-roles',
    'Any anchor may sign any manifest, whatever its role.',
    ['env.auth.no-anchor'],
    { rules: { entitled: () => true } },
  ),
  animal(
    'Z322',
    'takes-a-mac-for-a-signature',
    'A key of the device is as good as an authority’s, whatever role the policy wants.',
    ['downgrade.alg.mac-for-sig'],
    {
      rules: {
        entitled: () => true,
        authorized: (anchors) => (anchors.length > 0 ? true : 'threshold-unmet'),
      },
    },
  ),
  animal(
    'Z313',
    'never-reads-the-unprotected-header',
    'What stands in the unprotected header is not compared with the protected one.',
    ['cose.alg.conflict', 'cose.hdr.crit-misplaced'],
    {
      rules: {
        headersUnderstood: (headers) =>
          headersUnderstood({ protected: headers.protected, unprotected: map() }),
      },
    },
  ),
  animal(
    'Z314',
    'cuts-identifiers-to-16-bytes',
    'Of an identifier that is too long the first 16 bytes count.',
    ['app.id.form'],
    {
      ports: {
        read: (bytes, offset) => {
          const read = readFirst(bytes, { offset });
          if (!read.ok || read.item.kind !== 'array') return read;
          return { ...read, item: { ...read.item, items: read.item.items.map(cutIdentifiers) } };
        },
      },
    },
  ),
  animal(
    'Z315',
    'needs-no-compatibility-check',
    'The shared sequence need not check vendor and class.',
    ['app.check.missing'],
    { rules: { compatible: () => true } },
  ),
  animal(
    'Z325',
    'passes-over-blocks-it-cannot-use',
    'A block that is malformed is passed over, and nothing is left to refuse.',
    ['cose.sign.empty'],
    { steps: forgiving('auth-malformed') },
  ),
  animal(
    'Z316',
    'never-stops',
    'Whatever fails, the sequence goes on.',
    ['directive.no-param', 'image.swap'],
    { rules: { afterFailure: () => 'go-on' } },
  ),
  animal(
    'Z324',
    'obeys-unknown-members',
    'The URI in a member of the envelope that nobody knows is asked for.',
    ['env.key.unknown'],
    {
      steps: (steps) =>
        insertBefore(steps, runProcedure, (work) => {
          const known = [2, 3, 16, 20, 23];
          const unknown = work.envelope.entries.find(
            ([key]) => key.kind !== 'tstr' && !known.some((code) => isInt(key, code)),
          );
          return askFor(work, unknown?.[1]);
        }),
    },
  ),
  animal(
    'Z317',
    'fetches-what-it-then-refuses',
    'A manifest that is not authentic is refused after its first URI has been asked for.',
    ['fetch.before-auth'],
    {
      steps: (steps) =>
        replaceStep(steps, authenticate, (work) => {
          const problem = authenticate(work);
          if (problem !== undefined) prefetch(work);
          return problem;
        }),
    },
  ),
];
