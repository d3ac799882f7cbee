/**
 * What a run will deliver: from its options to the sequence of cases, and what is to be said of it beforehand.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyAttack } from '../attacks/attack.ts';
import { listCatalogue } from '../attacks/catalogue.ts';
import { inLearnedOrder } from '../attacks/order.ts';
import { composed } from '../attacks/replayable.ts';
import { BenchError } from '../bench-error.ts';
import { isPrivate } from '../cose/key.ts';
import { readKeyFile } from '../cose/key-files.ts';
import type { Composed } from '../harness/composed-cases.ts';
import { casesToReplay } from '../harness/corpus.ts';
import { heldBefore } from '../harness/forward.ts';
import { plannedCases, type SequenceOptions, type Shard } from '../harness/sequence.ts';
import { howMany } from '../how-many.ts';
import { type LogHeader, logFormat, type RunChoice } from '../report/log.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import { scenarioFromEnvelope } from '../scenarios/given.ts';
import { whyNoHistory } from '../scenarios/given-releases.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Within } from '../scenarios/within.ts';
import { version } from '../version.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import type { Config } from './config.ts';
import { ownCases } from './corpus.ts';
import { readBytes } from './files.ts';
import { fixedRecipient } from './fixed-recipient.ts';
import { demandPackages, noteOnPackages, takePackages } from './packages.ts';

export interface RunPlan {
  readonly header: Omit<LogHeader, 'verifiers'>;
  readonly sequence: SequenceOptions;
  /** The envelope's key is the user's own secret. */
  readonly withoutSecrets: boolean;
}

/** For the device of the config where the verifiers have one of their own. */
export function planOf(
  options: Parameters<typeof planRun>[0] & {
    readonly verifier?: readonly string[];
    readonly config?: Config;
  },
): RunPlan {
  const verifiers = options.verifier ?? ['reference'];
  const fixed = fixedRecipient(verifiers, options.config);
  const packages = takePackages(verifiers);
  return planRun({ ...options, ...(fixed && { fixed }), ...(packages && { packages }) });
}

/** Throws BenchError `usage` where nothing would be run. */
export function planRun(options: RunChoice & { readonly seed: number; readonly shard?: Shard }): RunPlan {
  const { seed, shard, envelope } = options;
  const choice = choiceOf(options);
  const { fixed } = choice;
  if (fixed && envelope !== undefined)
    throw new BenchError(
      'usage',
      'a verifier with a recipient of its own takes no --envelope: its device is the config’s',
    );
  const attacks = inLearnedOrder(chosenAttacks(choice));
  const scenario = givenScenario(choice);
  const more = composedOf(choice, scenario);
  const stored =
    scenario || fixed
      ? []
      : casesToReplay(
          [...ownCases(choice), ...(choice.corpus ?? [])],
          (attack) => attacks.includes(attack) || wantsAll(choice, attack),
        );
  const { runs } = choice;
  const sequence = {
    attacks,
    stored,
    seed,
    runs,
    ...more,
    ...(scenario && { scenario }),
    ...(fixed && { fixed }),
    ...(choice.within && { within: choice.within }),
  };
  const planned = plannedCases(sequence);
  if (planned === 0)
    throw new BenchError(
      'usage',
      'there is nothing to run: no stored cases, and --runs, --histories and --pairs are 0',
    );
  const notYet = listCatalogue().filter((row) => row.notYet).length;
  return {
    header: {
      format: logFormat,
      version: version(),
      seed,
      subject: envelope ?? subjectOf(runs > 0 ? attacks : [], more),
      planned,
      notYet,
      notes: [
        ...notesFor(scenario, notYet),
        ...notesOnHistories(scenario, more),
        ...notesOnReset(fixed, planned),
        ...(choice.within ? [noteOnWithin(choice.within)] : []),
        ...(choice.packages ? [noteOnPackages()] : []),
      ],
      choice,
      inputs: inputsOf(choice),
      ...(shard && { shard }),
    },
    sequence: shard ? { ...sequence, shard } : sequence,
    withoutSecrets:
      fixed?.algorithm === 5 ||
      (scenario?.recipient.anchors.some((anchor) => anchor.key.kty === 'Symmetric') ?? false),
  };
}

/** Without what decides nothing of the sequence. */
function choiceOf(of: RunChoice): RunChoice {
  const {
    runs,
    histories,
    pairs,
    only,
    valid,
    packages,
    fixed,
    within,
    envelope,
    key,
    payload,
    corpus,
    stored,
  } = of;
  return {
    runs,
    ...(histories !== undefined && { histories }),
    ...(pairs !== undefined && { pairs }),
    ...(only && { only }),
    ...(valid && { valid }),
    ...(packages && { packages }),
    ...(fixed && { fixed }),
    ...(within && { within }),
    ...(envelope !== undefined && { envelope }),
    ...(key !== undefined && { key }),
    ...(payload && { payload }),
    ...(corpus && { corpus }),
    stored,
  };
}

/** Throws BenchError `usage` where they mean nothing. */
function composedOf(choice: RunChoice, scenario: Scenario | undefined): Required<Composed> {
  const { histories, pairs, only, valid, packages, fixed, runs } = choice;
  if (packages) {
    demandPackages(choice);
    return { histories: 0, pairs: 0 };
  }
  if (fixed) {
    if (!histories && !pairs) return { histories: 0, pairs: 0 };
    throw new BenchError(
      'usage',
      '--histories and --pairs need devices of all kinds, and the config’s is one',
    );
  }
  if (scenario === undefined) {
    const isWhole = only === undefined && !valid;
    return { histories: histories ?? (isWhole ? runs : 0), pairs: pairs ?? 0 };
  }
  const obstacle = histories ? whyNoHistory(scenario) : undefined;
  if (obstacle !== undefined)
    throw new BenchError('usage', `no --histories can be made of this envelope: ${obstacle}`);
  return { histories: histories ?? 0, pairs: pairs ?? 0 };
}

function subjectOf(attacks: readonly AnyAttack[], { histories, pairs }: Required<Composed>): string {
  const valid = attacks.filter((attack) => attack.family === 'valid').length;
  const hostile = attacks.length - valid;
  const parts = [
    ...(hostile > 0 || valid + histories + pairs === 0
      ? [`${howMany(hostile, 'attack')} on generated scenarios`]
      : []),
    ...(valid > 0 ? [howMany(valid, 'valid family', 'valid families')] : []),
    ...(histories > 0 ? [howMany(histories, 'history', 'histories')] : []),
    ...(pairs > 0 ? [howMany(pairs, 'pair')] : []),
  ];
  return parts.join(' and ');
}

function notesFor(scenario: Scenario | undefined, notYet: number): readonly string[] {
  const notes = [`${notYet} attacks of the working list are not built yet: gauntlet catalogue lists them`];
  if (scenario === undefined) return notes;
  if (scenario.signers.length === 0)
    notes.push('the key has no private part: the author’s attacks could not be made, only outsiders’ were');
  const assumed = scenario.images.filter((image) => image.bytes === undefined).length;
  if (assumed > 0)
    notes.push(
      `${assumed} payloads are assumed from their digests: payload attacks prove nothing; give --payload URI=FILE`,
    );
  const reached = scenario.deliveries.map((one) => `${one.delivery.event} up to ${one.level}`).join(', ');
  notes.push(`judged deliveries: ${reached}`);
  return notes;
}

function notesOnHistories(
  scenario: Scenario | undefined,
  { histories }: Required<Composed>,
): readonly string[] {
  if (scenario === undefined || histories === 0) return [];
  const releases =
    scenario.signers.length > 0
      ? 'the releases of its histories are the envelope under other numbers, with the same images'
      : 'without the private key its histories have one release: no older one is replayed, no key replaced';
  return [releases];
}

function notesOnReset(fixed: FixedPlan | undefined, planned: number): readonly string[] {
  if (fixed?.reset === undefined) return [];
  const highest = heldBefore(fixed, planned);
  return [
    `without reset each case begins with an update of its own, and its numbers are above those before; begin the next run with recipient.sequenceNumber ${highest}`,
  ];
}

function noteOnWithin({ events, algorithms, structures }: Within): string {
  return `scenarios are drawn within what is claimed, where an attack asks for no more: events ${events.join(', ')}; algorithms ${algorithms.join(', ')}; structures ${structures.join(', ')}`;
}

/** undefined: generated scenarios. Throws BenchError `usage`. */
export function givenScenario(
  options: Pick<RunChoice, 'envelope' | 'key' | 'payload'>,
): Scenario | undefined {
  if (options.envelope === undefined) {
    if (options.key !== undefined || options.payload !== undefined)
      throw new BenchError('usage', '--key and --payload go with --envelope');
    return undefined;
  }
  if (options.key === undefined) throw new BenchError('usage', '--envelope needs --key, the author’s key');
  const payloads = (options.payload ?? []).map((pair) => {
    const { uri, file } = payloadOf(pair);
    return { uri, bytes: readBytes(file, 'payload') };
  });
  const key = readKeyFile(options.key);
  const scenario = scenarioFromEnvelope(readBytes(options.envelope, 'envelope'), { key, payloads });
  return isPrivate(key) ? scenario : { ...scenario, signers: [] };
}

function payloadOf(pair: string): { readonly uri: string; readonly file: string } {
  const at = pair.lastIndexOf('=');
  if (at < 1) throw new BenchError('usage', `--payload ${pair}: wanted URI=FILE`);
  return { uri: pair.slice(0, at), file: pair.slice(at + 1) };
}

/** Where nothing is chosen, stored histories, pairs and valid cases are replayed too. */
function wantsAll({ only, valid, packages }: RunChoice, attack: AnyAttack): boolean {
  return (
    only === undefined && !valid && !packages && (attack.family === 'valid' || composed.includes(attack))
  );
}

/** SHA-256 by path, of a folder over the digests of its stored cases. A key is never among them. */
function inputsOf(choice: RunChoice): Readonly<Record<string, string>> {
  const { envelope, payload = [], corpus = [] } = choice;
  const files = [...(envelope === undefined ? [] : [envelope]), ...payload.map((one) => payloadOf(one).file)];
  const inputs = files.map((file) => [file, sha256(readBytes(file, 'input'))]);
  const folders = envelope === undefined ? corpus : [];
  return Object.fromEntries([...inputs, ...folders.map((folder) => [folder, digestOfFolder(folder)])]);
}

/** Over its stored cases, in the order of their names. */
export function digestOfFolder(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const lines = names.sort().map((name) => `${sha256(readBytes(join(folder, name), 'stored case'))} ${name}`);
  return sha256(new TextEncoder().encode(lines.join('\n')));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
