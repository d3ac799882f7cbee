/**
 * Animals that do not outlive a power cut, forget on a restart, or choose the wrong manifest (draft §6.1, §6.3.1).
 *
 * @module
 */
import { authenticate } from '../reference/authenticate.ts';
import { bindManifest } from '../reference/digest.ts';
import { decodeEnvelope } from '../reference/envelope.ts';
import { checkSequence, checkStructure } from '../reference/manifest.ts';
import { commit } from '../reference/procedure.ts';
import { defaultRules } from '../reference/rules.ts';
import {
  clearMark,
  type Entry,
  emptyJournal,
  eraseEntries,
  journalled,
  place,
  record,
  type Storage,
  type Stored,
  setMark,
  stageSlots,
} from '../reference/storage.ts';
import { unless, type Work } from '../reference/work.ts';
import { animal } from './animal.ts';
import { insertBefore, moveBefore, replaceStep } from './steps.ts';

/** A journal with another way to commit. */
function committing(commit: (device: Stored, more: readonly Entry[]) => void): Storage {
  return {
    ...journalled,
    stage: (device) => ({
      ...stageSlots(device, (entry) => record(device, entry)),
      commit: (more) => commit(device, more),
    }),
  };
}

/** Into its place at once, one after the other. */
const inPlace: Storage = {
  stage: (device) => ({
    ...stageSlots(device, (entry) => place(device, entry)),
    commit(more) {
      for (const entry of more) place(device, entry);
    },
  }),
  recover() {},
};

/** Images at once, number and envelope by the journal. */
const imagesInPlace: Storage = {
  ...journalled,
  stage: (device) => ({
    ...stageSlots(device, (entry) => place(device, entry)),
    commit: (more) => journalled.stage(device).commit(more),
  }),
};

const numberFirst: Storage = {
  stage: (device) => {
    const images: Entry[] = [];
    return {
      ...stageSlots(device, (entry) => images.push(entry)),
      commit(more) {
        for (const entry of [...more.toReversed(), ...images]) place(device, entry);
      },
    };
  },
  recover() {},
};

const markedTooEarly = committing((device, more) => {
  if (device.journal.entries.length + more.length === 0) return;
  setMark(device);
  for (const entry of more) record(device, entry);
  journalled.recover(device);
});

const neverFinishing: Storage = {
  ...journalled,
  recover(device) {
    if (device.journal.mark !== 'clear') clearMark(device);
    if (device.journal.entries.length > 0) eraseEntries(device);
  },
  stage: (device) => journalled.stage(device),
};

/** The mark is cleared before the entries are in their places: once is all it can be done. */
const finishingOnce: Storage = {
  ...journalled,
  recover(device) {
    const { entries, mark } = device.journal;
    if (mark !== 'clear') clearMark(device);
    for (const entry of mark === 'set' ? entries : []) place(device, entry);
    if (entries.length > 0) eraseEntries(device);
  },
};

/** Devices that woke from an interrupted update, and have not finished one since. */
const pending = new WeakSet<Stored>();

const remembering: Storage = {
  stage(device) {
    const staged = journalled.stage(device);
    return {
      ...staged,
      commit(more) {
        staged.commit(more);
        pending.delete(device);
      },
    };
  },
  recover(device) {
    if (device.journal !== emptyJournal && device.journal.entries.length > 0) pending.add(device);
    journalled.recover(device);
  },
};

const booted = new WeakSet<Stored>();

/** The number was kept in working memory, and there was a restart. */
function forgetNumber({ device, delivery }: Work): undefined {
  if (delivery.event === 'boot') {
    booted.add(device);
    return;
  }
  const { sequenceNumber: _forgotten, ...recipient } = device.recipient;
  if (booted.delete(device)) device.recipient = recipient;
}

/** The procedure of the delivery under way: rules of conditions do not know it. */
let isBoot = false;

/** Finds out what runs when it has been written over, and takes that back. */
function eraseWhatRuns({ device, effects, staged }: Work): ReturnType<typeof unless> {
  for (const effect of effects) {
    if (effect.kind !== 'write') continue;
    const { running, current } = device.recipient.components[effect.component] ?? {};
    if (current === undefined || running !== current) continue;
    staged.write(effect.component, current, { kind: 'empty' });
    return unless('state-conflict', 'the image that runs was written over');
  }
  return undefined;
}

export const storageAnimals = [
  animal(
    'Z436',
    'erases-what-runs',
    'An update to the slot that runs is taken back, by erasing the slot.',
    ['app.slot.active'],
    {
      ports: { storage: inPlace },
      rules: { mayOverwrite: () => true },
      steps: (steps) => insertBefore(steps, commit, eraseWhatRuns),
    },
  ),
  animal(
    'Z251',
    'keeps-no-journal',
    'An update is written over what is in place.',
    ['power.step', 'power.commit', 'replay.power-cut'],
    { ports: { storage: inPlace } },
  ),
  animal(
    'Z109',
    'swaps-in-place',
    'Images are written over those in place; only number and envelope are journalled.',
    ['power.swap', 'power.step', 'power.double'],
    { ports: { storage: imagesInPlace } },
  ),
  animal(
    'Z252',
    'writes-the-number-first',
    'The new number is in its place before the new images are.',
    ['power.step', 'power.double'],
    { ports: { storage: numberFirst } },
  ),
  animal(
    'Z253',
    'marks-before-all-is-recorded',
    'The commit mark is set before envelope and number are in the journal.',
    ['power.step', 'power.double', 'power.swap'],
    { ports: { storage: markedTooEarly } },
  ),
  animal(
    'Z254',
    'drops-its-journal-on-waking',
    'What was committed and not yet in place is thrown away.',
    ['power.step', 'power.double'],
    { ports: { storage: neverFinishing } },
  ),
  animal(
    'Z255',
    'recovers-once',
    'The mark is cleared before the entries are in their places: a second cut loses them.',
    ['power.double'],
    { ports: { storage: finishingOnce } },
  ),
  animal(
    'Z056',
    'resumes-without-a-rollback-check',
    'While an interrupted update is pending any number is accepted.',
    ['replay.power-cut', 'power.commit'],
    {
      ports: { storage: remembering },
      steps: (steps) =>
        replaceStep(steps, checkSequence, (work) => {
          const problem = checkSequence(work);
          return pending.has(work.device) && problem?.reason === 'sequence-rollback' ? undefined : problem;
        }),
    },
  ),
  animal(
    'Z256',
    'keeps-its-number-in-memory',
    'A restart makes it forget the number of the manifest that was installed.',
    ['rollback.sequence.not-stored'],
    { steps: (steps) => insertBefore(steps, decodeEnvelope, forgetNumber) },
  ),
  animal(
    'Z257',
    'runs-the-first-at-hand',
    'Of several manifests the first that is authentic is run, and not the latest.',
    ['rollback.select.latest', 'rollback.boot.older-slot'],
    { rules: { preference: () => 0 } },
  ),
  animal(
    'Z258',
    'chooses-before-authentication',
    'The highest number is chosen, whoever signed it.',
    ['rollback.select.latest'],
    {
      limits: { manifests: 1 },
      steps: (steps) => moveBefore(steps, checkStructure, [authenticate, bindManifest]),
    },
  ),
  animal(
    'Z141',
    'forgets-what-it-issued',
    'Commands that may run in parallel are issued, and nobody waits for them.',
    ['strict.serial'],
    { rules: { inAnyOrder: () => [] } },
  ),
  animal(
    'Z250',
    'processes-one-component-only',
    'A serial interpreter ends after its first round.',
    ['index.serial'],
    { rules: { turns: (processing, count) => defaultRules.turns(processing, count).slice(0, 1) } },
  ),
  animal(
    'Z259',
    'checks-ids-once',
    'Vendor and class are checked in updates and not again at boot.',
    ['app.boot.recheck'],
    {
      rules: {
        identifierMatches: (...asked) => isBoot || defaultRules.identifierMatches(...asked),
      },
      steps: (steps) =>
        insertBefore(steps, decodeEnvelope, (work) => {
          isBoot = work.delivery.event === 'boot';
          return undefined;
        }),
    },
  ),
];
