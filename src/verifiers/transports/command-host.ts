/**
 * Existing programs, once a delivery: their command line filled in, their exit and output read as a decision.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { BenchError } from '../../bench-error.ts';
import type { Delivery, Level } from '../../device/delivery.ts';
import { isDecision, type Outcome } from '../../device/outcome.ts';
import type { Recipient } from '../../device/recipient.ts';
import { ceilingBytesOf } from '../host.ts';
import type { Claims } from '../verifier.ts';
import { livingGroups } from './child-process.ts';
import { claimsOfCommand } from './command-claims.ts';
import {
  type CommandMapping,
  type CompiledMapping,
  compileMapping,
  type OutputRule,
} from './command-mapping.ts';
import {
  fillPlace,
  holdsSlots,
  placeForms,
  placeNames,
  tellsAll,
  untold,
  untoldBy,
} from './command-places.ts';
import { runCommand } from './command-run.ts';
import { fill, type Place, parseTemplate, placesIn, type Word } from './command-template.ts';
import { describeFailure } from './death.ts';
import { commandWords, findProgram } from './find-program.ts';
import { hasGnuTime } from './gnu-time.ts';
import { claimsOf, type IsolatedHost, type TransportOptions } from './isolated-host.ts';
import { SessionFolder, SpoiltFolder } from './session-folder.ts';
import { killStrays, markedWith, newMark } from './strays.ts';
import { Turns } from './turns.ts';
import { validateDecision } from './validate-decision.ts';

/** What a config says of a command, beside its words. */
export interface CommandSettings {
  /** Of an acceptance; default authenticated. */
  readonly level?: Level;
  readonly stdin?: 'envelope';
  readonly exits?: CommandMapping['exits'];
  readonly output?: readonly OutputRule[];
  readonly claims?: Partial<Claims>;
  /** Runs at once; default: as many as the machine has cores. */
  readonly concurrency?: number;
}

/** Sessions after which what escaped from its process group is looked for; and at the end. */
const sweepEvery = 64;

interface Command {
  readonly words: readonly Word[];
  readonly places: readonly Place[];
  readonly mapping: CompiledMapping;
  readonly settings: CommandSettings;
  readonly options: TransportOptions;
  readonly claims: Claims;
  /** The most that any run of it had resident; absent: it is not watched. */
  readonly memory?: { peakRssBytes: number };
}

/** Throws BenchError `verifier-command` or `verifier-not-found`. Nothing is run yet. */
export function openCommandHost(
  spec: string,
  template: string | readonly string[],
  options: TransportOptions,
): IsolatedHost {
  const mark = newMark();
  const marked = { ...options, env: { ...options.env, ...markedWith(mark) } };
  const command = commandOf(spec, template, marked);
  const depth = command.settings.concurrency ?? availableParallelism();
  const turns = new Turns(depth);
  const underWay = new Set<Promise<unknown>>();
  let sessions = 0;
  let deathsInARow = 0;
  let lastDeath = '';
  let closed = false;
  const givenUp = (): boolean => deathsInARow >= options.deathsInARow;
  const trial = async (
    recipient: Recipient,
    deliveries: readonly Delivery[],
  ): Promise<readonly Outcome[]> => {
    if (closed) return [{ kind: 'crashed', error: 'the host is closed' }];
    if (givenUp())
      return [
        {
          kind: 'crashed',
          error: `not run: the command died ${deathsInARow} times in a row and was given up; the last time: ${lastDeath}`,
          notRun: true,
        },
      ];
    const outcomes = await session(command, recipient, deliveries);
    // Others of its sessions may be under way.
    if (++sessions % sweepEvery === 0) killStrays(mark, livingGroups());
    const last = outcomes.at(-1);
    if (last === undefined || isDecision(last) || last.kind === 'unsupported') deathsInARow = 0;
    else {
      deathsInARow++;
      lastDeath = describeFailure(last);
    }
    return outcomes;
  };
  return {
    spec: options.name ?? spec,
    claims: command.claims,
    ...(!options.isFixed && { untold: untoldBy(command.places) }),
    depth,
    ...(options.profile && { profile: options.profile }),
    trial: (recipient, deliveries) => {
      const running = turns.take(() => trial(recipient, deliveries));
      underWay.add(running);
      return running.finally(() => underWay.delete(running));
    },
    close: async () => {
      closed = true;
      await Promise.all(underWay);
      killStrays(mark);
    },
    status: () => ({
      restarts: 0,
      unexplained: [],
      givenUp: givenUp(),
      unknownFields: 0,
      ...(command.memory && command.memory.peakRssBytes > 0 && command.memory),
    }),
  };
}

function commandOf(spec: string, template: string | readonly string[], options: TransportOptions): Command {
  const settings = options.command ?? {};
  const plain = typeof template === 'string' ? commandWords(template, options.cwd) : template;
  const words = parseTemplate(plain, placeNames);
  const [program] = words;
  if (program === undefined || program.some((part) => typeof part !== 'string'))
    throw new BenchError(
      'verifier-command',
      'command: needs a program and its arguments, as in command:"my-cli {envelope} --key {anchor}"',
    );
  const places = placesIn(words);
  for (const { name, form } of places) demandForm(name, form);
  if (!places.some(({ name }) => name === 'envelope' || name === 'delivery') && settings.stdin === undefined)
    throw new BenchError('verifier-command', 'the command has no place for the envelope: {envelope}');
  const level = settings.level ?? 'authenticated';
  const { exits, output } = settings;
  const mapping = compileMapping({ level, ...(exits && { exits }), ...(output && { output }) });
  const found = findProgram(program.join(''), options.cwd);
  const given = settings.claims ?? {};
  const claims = claimsOf(
    spec,
    claimsOfCommand({
      program: program.join(''),
      places,
      mapping,
      level,
      given,
      isFixed: options.isFixed ?? false,
    }),
  );
  const memory = isWatched(options) ? { memory: { peakRssBytes: 0 } } : {};
  return { words: [[found], ...words.slice(1)], places, mapping, settings, options, claims, ...memory };
}

/** Only where its memory is shown: each run takes a program more. Under limits of the kernel's that would be another. */
function isWatched({ profile, counts, addressMiB, stackKiB }: TransportOptions): boolean {
  const isShown = profile !== undefined || counts === true;
  return isShown && addressMiB === undefined && stackKiB === undefined && hasGnuTime();
}

function demandForm(name: string, form: string | undefined): void {
  const known = placeForms[name];
  if (form === undefined || known === undefined) return;
  if (known instanceof RegExp ? known.test(form) : known.includes(form)) return;
  const accepted =
    known instanceof RegExp ? `wanted a number, as in {${name}:0}` : `there are ${known.join(', ')}`;
  throw new BenchError('verifier-command', `{${name}:${form}} has no such form; ${accepted}`);
}

/** One recipient's life: its state is carried from one run to the next. */
async function session(
  command: Command,
  recipient: Recipient,
  deliveries: readonly Delivery[],
): Promise<readonly Outcome[]> {
  const all = tellsAll(command.places) || command.options.isFixed;
  const feature = all ? undefined : untold(recipient, deliveries, command.places);
  if (feature !== undefined) return [{ kind: 'unsupported', feature }];
  const folder = new SessionFolder();
  try {
    const uses = (name: string): boolean => command.places.some((place) => place.name === name);
    if (holdsSlots(command.places)) folder.writeSlots(recipient);
    if (uses('state-dir')) folder.makeFolder(folder.path('state'));
    if (uses('payload-dir')) folder.makeFolder(folder.path('payloads'));
    let device = recipient;
    const outcomes: Outcome[] = [];
    for (const delivery of deliveries) {
      const { outcome, sequence } = await deliver(command, device, delivery, folder).catch(spoilt);
      outcomes.push(outcome);
      if (!isDecision(outcome)) break;
      device = carried(device, delivery, outcome, sequence);
    }
    return outcomes;
  } finally {
    folder.remove();
  }
}

function spoilt(thrown: unknown): Delivered {
  if (thrown instanceof SpoiltFolder) return { outcome: { kind: 'crashed', error: thrown.message } };
  throw thrown;
}

function carried(
  device: Recipient,
  delivery: Delivery,
  outcome: Outcome,
  sequence: bigint | undefined,
): Recipient {
  const isInstalled = outcome.kind === 'accepted' && delivery.event === 'update' && delivery.envelope;
  return {
    ...device,
    ...(sequence !== undefined && { sequenceNumber: sequence }),
    ...(isInstalled && { installed: delivery.envelope as Uint8Array }),
  };
}

interface Delivered {
  readonly outcome: Outcome;
  /** The new sequence number, where its output said one. */
  readonly sequence?: bigint;
}

async function deliver(
  command: Command,
  device: Recipient,
  delivery: Delivery,
  folder: SessionFolder,
): Promise<Delivered> {
  const { options, claims, mapping } = command;
  const { deadlineMs } = options;
  const run = { recipient: device, delivery, folder, deadlineMs };
  const filled = fill(command.words, (place) => fillPlace(place, run));
  if (filled.kind === 'unable') return { outcome: { kind: 'unsupported', feature: filled.feature } };
  const stdin =
    command.settings.stdin === 'envelope'
      ? folder.write('stdin', delivery.envelope ?? device.installed ?? new Uint8Array())
      : undefined;
  const { memory } = command;
  const end = await runCommand(filled.words, options, stdin, memory && folder.path('resident'));
  if (end.kind === 'outcome') return end;
  if (memory) memory.peakRssBytes = Math.max(memory.peakRssBytes, end.peakRssBytes ?? 0);
  const mapped = mapping.read(end, ceilingBytesOf(options));
  if (mapped.kind === 'failure') return { outcome: mapped.failure };
  const number = mapped.sequence ?? device.sequenceNumber;
  const state = {
    ...(claims.reports.includes('sequence') && number !== undefined && { sequenceNumber: number }),
    ...(claims.reports.includes('components') && { components: folder.readSlots(device) }),
  };
  const isReported = claims.reports.includes('sequence') || claims.reports.includes('components');
  const decision = validateDecision({ ...mapped.fields, ...(isReported && { state }) });
  const outcome: Outcome =
    decision.kind === 'ok'
      ? decision.value
      : { kind: 'protocol-error', error: `its output, as the config reads it: ${decision.error}` };
  return { outcome, ...(mapped.sequence !== undefined && { sequence: mapped.sequence }) };
}
