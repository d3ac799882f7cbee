/**
 * Animals that get payloads, contents and slots wrong, or act before they may (draft §6.2, §6.3, §7.5, §8.4.9.3).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import { type Item, valueAt } from '../../cbor/item.ts';
import type { Parameters } from '../../suit/model.ts';
import { authenticate } from '../reference/authenticate.ts';
import { checkComponents } from '../reference/components.ts';
import { bindManifest } from '../reference/digest.ts';
import { checkSequence, checkStructure, checkVersion, openManifest } from '../reference/manifest.ts';
import { defaultPorts } from '../reference/ports.ts';
import { defaultRules } from '../reference/rules.ts';
import { readSequences } from '../reference/sequence.ts';
import { collectElements } from '../reference/severed.ts';
import type { Work } from '../reference/work.ts';
import { animal } from './animal.ts';
import { insertBefore, moveBefore } from './steps.ts';

const { contentEquals, fits, imageMatches, parametersOf, payloadFrom } = defaultRules;

/** Asks the network for the first URI in the manifest, authentic or not. */
export function prefetch(work: Work): undefined {
  askFor(work, valueAt(work.envelope, 3));
}

/** Asks the network for the first URI in a member of the envelope. */
export function askFor(work: Work, member: Item | undefined): undefined {
  if (member?.kind !== 'bstr') return;
  const [uri] = /[a-z][a-z0-9+.-]*:\/\/[!-~]+/i.exec(Buffer.from(member.bytes).toString('latin1')) ?? [];
  if (uri === undefined) return;
  work.effects.push({ kind: 'fetch', uri });
  work.ports.fetch(work.delivery.payloads, uri);
}

function eraseFirst(work: Work): undefined {
  const { recipient } = work.device;
  const [first, ...others] = recipient.components;
  if (first === undefined) return;
  work.effects.push({ kind: 'erase', component: 0 });
  const slots = first.slots.map(() => ({ kind: 'empty' }) as const);
  work.device.recipient = { ...recipient, components: [{ ...first, slots }, ...others] };
}

/** Bytes that came in an envelope. */
const integratedBytes = new WeakSet<Uint8Array>();

/** The parameters of all components listed, as the command that runs sees them. */
let listed: readonly Parameters[] = [];

export const payloadAnimals = [
  animal(
    'Z101',
    'trusts-integrated-payloads',
    'What came in the envelope is taken for authentic with it, and not matched.',
    ['replay.payload-swapped'],
    {
      rules: {
        payloadFrom: (uri, integrated, schemes) => {
          const place = payloadFrom(uri, integrated, schemes);
          if (typeof place !== 'string' && place.from === 'envelope') integratedBytes.add(place.bytes);
          return place;
        },
        imageMatches: (content, wanted, hashing) =>
          (content.kind === 'bytes' && integratedBytes.has(content.bytes)) ||
          imageMatches(content, wanted, hashing),
      },
    },
  ),
  animal(
    'Z169',
    'takes-the-digest-of-any-component',
    'An image is good if it is that of any component that the manifest lists.',
    ['image.swap'],
    {
      rules: {
        parametersOf: (tables, component) => {
          listed = tables;
          return parametersOf(tables, component);
        },
        // Whose image it is, the match finds out.
        mayGoOn: (received, _size, capacity) =>
          received === undefined ? 'size-mismatch' : fits(received, capacity),
        imageMatches: (content, wanted, hashing) => {
          const isListed = listed.some(
            ({ imageDigest: digest, imageSize: size }) =>
              digest?.algorithm === wanted.digest.algorithm &&
              imageMatches(content, { digest, size }, hashing) === true,
          );
          return isListed || imageMatches(content, wanted, hashing);
        },
      },
    },
  ),
  animal(
    'Z102',
    'fetches-missing-fragments',
    'A payload that should be in the envelope and is not is asked for on the network.',
    ['fetch.fragment.missing'],
    {
      rules: {
        payloadFrom: (uri, integrated, schemes) =>
          uri.startsWith('#') && !integrated.has(uri)
            ? { from: 'network' }
            : payloadFrom(uri, integrated, schemes),
      },
    },
  ),
  animal(
    'Z199',
    'fetches-any-uri',
    'A URI of a scheme that the recipient does not have, or that is no URI, is asked for all the same.',
    ['fetch.uri.scheme'],
    {
      rules: {
        payloadFrom: (uri, integrated) => {
          const bytes = integrated.get(uri);
          return bytes === undefined ? { from: 'network' } : { from: 'envelope', bytes };
        },
      },
    },
  ),
  animal(
    'Z176',
    'writes-beyond-the-slot',
    'The capacity of a slot is not compared with what is written into it.',
    ['fetch.integrated.large', 'image.size.huge', 'res.int.product'],
    { rules: { fits: () => true, mayGoOn: (received) => (received === undefined ? 'size-mismatch' : true) } },
  ),
  animal(
    'Z190',
    'keeps-surplus-bytes',
    'Bytes after the image are fetched and kept; only the image is hashed.',
    ['image.extra'],
    {
      rules: {
        mayGoOn: (received, _size, capacity) =>
          received === undefined ? 'size-mismatch' : fits(received, capacity),
        imageMatches: (content, wanted, hashing) => {
          const size = Number(wanted.size ?? Infinity);
          if (content.kind !== 'bytes') return imageMatches(content, wanted, hashing);
          const bytes = content.bytes.slice(0, size);
          return imageMatches({ kind: 'bytes', bytes }, wanted, hashing);
        },
      },
    },
  ),
  animal(
    'Z100',
    'finds-payloads-by-digest-prefix',
    'Instead of a fetch, content is taken that has the size of the image and the first byte of its digest.',
    ['fetch.shortcut.poison'],
    {
      rules: {
        shortcut: ({ digest, size }, held, { hash }) =>
          held.find(
            (content) =>
              content.kind === 'bytes' &&
              BigInt(content.bytes.length) === size &&
              hash(content.bytes)[0] === digest.bytes[0],
          ),
      },
    },
  ),
  animal(
    'Z244',
    'installs-what-nothing-checks',
    'What was fetched without a digest is kept.',
    ['fetch.nodigest'],
    { rules: { verified: () => true } },
  ),
  animal(
    'Z245',
    'reserves-room-for-an-endless-body',
    'The room for a body is reserved before it ends, and it never ends.',
    ['fetch.endless'],
    {
      ports: {
        fetch: (payloads, uri) => {
          const found = defaultPorts.fetch(payloads, uri);
          return found?.kind === 'endless'
            ? { uri, kind: 'bytes', bytes: new Uint8Array(Number.MAX_SAFE_INTEGER) }
            : found;
        },
      },
    },
  ),
  animal(
    'Z105',
    'leaves-the-comparison-early',
    'Check-content ends at the first byte that differs.',
    ['content.timing'],
    {
      rules: {
        contentEquals: (content, bytes) => {
          const differs = content.findIndex((byte, i) => byte !== bytes[i]);
          return { ...contentEquals(content, bytes), steps: differs < 0 ? content.length : differs + 1 };
        },
      },
    },
  ),
  animal(
    'Z106',
    'compares-the-shorter-length',
    'Check-content compares as many bytes as the shorter side has.',
    ['content.prefix'],
    {
      rules: {
        contentEquals: (content, bytes) => {
          const length = Math.min(content.length, bytes.length);
          return { equal: equalBytes(content.subarray(0, length), bytes.subarray(0, length)), steps: length };
        },
      },
    },
  ),
  animal(
    'Z103',
    'fetches-before-authentication',
    'A URI of the manifest is dereferenced before the manifest is authenticated.',
    ['fetch.before-auth'],
    { steps: (steps) => insertBefore(steps, authenticate, prefetch) },
  ),
  animal(
    'Z107',
    'parses-before-authentication',
    'The manifest is parsed and its components are created before it is authenticated.',
    ['toctou.stored'],
    {
      steps: (steps) =>
        moveBefore(steps, authenticate, [
          openManifest,
          checkVersion,
          checkSequence,
          checkStructure,
          checkComponents,
          collectElements,
          readSequences,
        ]),
    },
  ),
  animal(
    'Z152',
    'erases-before-authentication',
    'A delivery that is not authentic costs the recipient a slot.',
    ['res.storm.unauth', 'cose.sig.flip'],
    { steps: (steps) => insertBefore(steps, authenticate, eraseFirst) },
  ),
  animal(
    'Z200',
    'executes-before-authentication',
    'The procedure is run first, and the signature is verified afterwards.',
    ['fetch.before-auth', 'cose.sig.flip'],
    {
      steps: (steps) => {
        const [commit] = steps.slice(-1);
        return commit === undefined ? steps : moveBefore(steps, commit.run, [authenticate, bindManifest]);
      },
    },
  ),
];
