/**
 * Animals that get the version, the sequence number, or the moment of its commit wrong (draft §6.1, §8.4.2).
 *
 * @module
 */

import { valueAt } from '../../cbor/item.ts';
import { readItem } from '../../cbor/read.ts';
import { bad } from '../../suit/problem.ts';
import { authenticate } from '../reference/authenticate.ts';
import { checkSequence, checkStructure, checkVersion } from '../reference/manifest.ts';
import { runProcedure } from '../reference/procedure.ts';
import { defaultRules } from '../reference/rules.ts';
import type { Work } from '../reference/work.ts';
import { animal } from './animal.ts';
import { insertBefore, replaceStep } from './steps.ts';

const { acceptsSequence, acceptsVersion } = defaultRules;

/** Stores the number alone, as a counter of its own would be. */
function storeNumber(work: Work, sequenceNumber: bigint): undefined {
  const { recipient } = work.device;
  if (work.delivery.event !== 'update' || sequenceNumber < (recipient.sequenceNumber ?? 0n)) return;
  work.device.recipient = { ...recipient, sequenceNumber };
}

/** The number, read from the manifest without asking whether it is authentic. */
function storeUnauthenticated(work: Work): undefined {
  const manifest = valueAt(work.envelope, 3);
  const read = manifest?.kind === 'bstr' ? readItem(manifest.bytes) : undefined;
  const number = read?.ok && read.item.kind === 'map' ? valueAt(read.item, 2) : undefined;
  if (number?.kind === 'uint') storeNumber(work, number.value);
}

/** Until the update is committed there is no number. */
function clearNumber({ device, delivery }: Work): undefined {
  if (delivery.event !== 'update') return;
  const { sequenceNumber: _cleared, ...recipient } = device.recipient;
  device.recipient = recipient;
}

/** Devices on which a procedure has failed. */
const failed = new WeakSet<Work['device']>();

export const rollbackAnimals = [
  animal(
    'Z162',
    'clears-its-number-while-updating',
    'The stored number is cleared when an update starts, and written when it ends.',
    ['rollback.sequence.failed-advance', 'fetch.fail', 'fetch.arbitrary', 'image.flip'],
    { steps: (steps) => insertBefore(steps, runProcedure, clearNumber) },
  ),
  animal(
    'Z180',
    'never-recovers-from-a-failure',
    'The flag that a command has failed outlives its delivery.',
    ['image.flip', 'fetch.fail', 'fetch.arbitrary'],
    {
      steps: (steps) =>
        replaceStep(steps, runProcedure, (work) => {
          const problem = failed.has(work.device)
            ? bad('abort', 'it failed before').problem
            : runProcedure(work);
          if (problem !== undefined) failed.add(work.device);
          return problem;
        }),
    },
  ),
  animal(
    'Z045',
    'forgets-the-version-error',
    'An unsupported version sets an error that the next member overwrites.',
    ['downgrade.version'],
    {
      steps: (steps) =>
        replaceStep(steps, checkVersion, (work) => {
          checkVersion(work);
          return undefined;
        }),
    },
  ),
  animal(
    'Z046',
    'missing-version-is-1',
    'A manifest without a version is taken for one of version 1.',
    ['downgrade.version', 'enc.type.core'],
    { rules: { acceptsVersion: (version) => acceptsVersion(version ?? 1n) } },
  ),
  animal('Z047', 'accepts-lower-versions', 'The version is compared with ≤.', ['downgrade.version'], {
    rules: {
      acceptsVersion: (version) => (version !== undefined && version <= 1n ? true : 'version-unsupported'),
    },
  }),
  animal(
    'Z048',
    'accepts-signed-32-bit-sequence',
    'Sequence numbers are compared as signed 32-bit integers.',
    ['rollback.sequence.width', 'rollback.sequence.wrap'],
    {
      rules: {
        acceptsSequence: (installed, offered, context) =>
          acceptsSequence(
            installed === undefined ? undefined : BigInt.asIntN(32, installed),
            BigInt.asIntN(32, offered),
            context,
          ),
      },
    },
  ),
  animal(
    'Z050',
    'compares-sequence-by-difference',
    'Sequence numbers wrap around, as serial numbers do.',
    ['rollback.sequence.wrap', 'rollback.sequence.width'],
    {
      rules: {
        acceptsSequence: (installed, offered) =>
          installed === undefined || BigInt.asIntN(64, offered - installed) >= 0n
            ? true
            : 'sequence-rollback',
      },
    },
  ),
  animal(
    'Z049',
    'refuses-equal-sequence',
    'The current sequence number itself is refused.',
    ['valid.profiles.mti', 'valid.write'],
    {
      rules: {
        acceptsSequence: (installed, offered) =>
          installed === undefined || offered > installed ? true : 'sequence-rollback',
      },
    },
  ),
  animal(
    'Z197',
    'never-checks-sequence',
    'Nobody compares the sequence number.',
    [
      'rollback.sequence.lower',
      'downgrade.anchor-set',
      'net.reorder',
      'replay.history',
      'replay.partial-set',
      'replay.unauth-altered',
    ],
    { rules: { acceptsSequence: () => true } },
  ),
  animal(
    'Z055',
    'boots-older-manifests',
    'The rollback check is made in updates and not at boot.',
    ['replay.invoke-old'],
    {
      rules: {
        acceptsSequence: (installed, offered, context) =>
          context.event === 'boot' || acceptsSequence(installed, offered, context),
      },
    },
  ),
  animal(
    'Z160',
    'missing-sequence-passes',
    'A manifest without a sequence number skips the rollback check.',
    ['rollback.sequence.absent'],
    {
      steps: (steps) =>
        replaceStep(steps, checkSequence, (work) => {
          const problem = checkSequence(work);
          return problem?.reason === 'sequence-missing' ? undefined : problem;
        }),
    },
  ),
  animal(
    'Z054',
    'never-stores-sequence',
    'The number of the manifest that was installed is not stored.',
    ['rollback.sequence.not-stored', 'replay.history'],
    { rules: { committed: (stored) => stored } },
  ),
  animal(
    'Z052',
    'commits-before-authentication',
    'The sequence number is stored before the manifest is authenticated.',
    ['rollback.sequence.unauth-advance', 'cose.sig.flip'],
    { steps: (steps) => insertBefore(steps, authenticate, storeUnauthenticated) },
  ),
  animal(
    'Z053',
    'commits-before-applicability',
    'The sequence number is stored before it is known whether the manifest is for this device.',
    ['rollback.sequence.inapplicable-advance', 'app.id.mismatch'],
    {
      steps: (steps) => insertBefore(steps, checkStructure, (work) => storeNumber(work, work.sequenceNumber)),
    },
  ),
  animal(
    'Z051',
    'commits-before-installation',
    'The sequence number is stored before the payloads are installed: the image in place no longer boots.',
    ['rollback.sequence.failed-advance', 'fetch.fail', 'fetch.arbitrary'],
    { steps: (steps) => insertBefore(steps, runProcedure, (work) => storeNumber(work, work.sequenceNumber)) },
  ),
];
