/**
 * A check-up of a plug-in, for whoever writes it: what works, what does not, and what to mend first.
 *
 * @module
 */
import { allCases } from '../attacks/catalogue.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import { shellWord } from '../shell-word.ts';
import type { Host } from '../verifiers/host.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { checkMemory, checkReset, toldReleases } from './check-reset.ts';
import {
  type ClaimSeen,
  deviceOf,
  fittingCases,
  missingFor,
  SeenClaims,
  type Subject,
} from './claims-seen.ts';
import { Course } from './forward.ts';
import { ScenarioPool } from './scenario-pool.ts';
import { ControlCache, deliver, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

export interface Check {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What was seen. Text from a verifier in it is data. */
  readonly note: string;
  /** What to do about it. */
  readonly fix?: string;
}

export interface Pace {
  /** Median of one delivery after another, in milliseconds. */
  readonly medianMs: number;
  /** Deliveries a second, as many at once as the verifier takes. */
  readonly perSecond: number;
  readonly deliveries: number;
}

export interface CheckUp {
  readonly checks: readonly Check[];
  readonly claims: readonly ClaimSeen[];
  /** Absent: nothing was accepted. */
  readonly pace?: Pace;
}

export interface CheckUpOptions {
  readonly seed: number;
  /** Its own device, which cases are drawn for. */
  readonly fixed?: FixedPlan;
  /** The words that name the verifier in a line to be run; default `-v` and its name. */
  readonly named?: string;
  /** Nothing new is begun after so many milliseconds. */
  readonly timeMs: number;
}

/** Hostile deliveries that every verifier must refuse, as far as its claims let them be told. */
const tampered: readonly (readonly [id: string, what: string, fix: string])[] = [
  ['cose.sig.flip', 'one bit of the signature flipped', 'check the signature over the digest (draft §6.2)'],
  [
    'digest.mismatch',
    'manifest altered, the signature kept',
    'compare the manifest’s bytes, head included, with the signed digest (draft §6.2)',
  ],
  [
    'rollback.sequence.lower',
    'an older manifest by the rightful author',
    'compare the sequence number with the recipient’s `sequenceNumber` (draft §8.4.2)',
  ],
  [
    'app.id.mismatch',
    'a manifest for another device',
    'run the shared sequence and compare the ids with those of the component (draft §8.4.9.1)',
  ],
  ['image.flip', 'one bit of the image flipped', 'compare the image with its digest (draft §8.4.9.2)'],
];

/** After so many refused twins no further delivery of that kind is tried. */
const fruitless = 5;
/** Rounds in which a case that fits the claims is sought. */
const rounds = 40;
/** And with an attack that shows more claims. */
const attackRounds = 3;

export async function checkUp(host: Host, options: CheckUpOptions): Promise<CheckUp> {
  const { timeMs } = options;
  const end = performance.now() + timeMs;
  const stop = () => performance.now() > end;
  const seen = new SeenClaims(host.claims);
  const course = new Course(options.fixed);
  const plain = plainest(firstFitting(host, options));
  const claims = checkClaims(host, plain, options);
  if (plain.length === 0) return { checks: [claims], claims: seen.list() };
  const { check: valid, plain: accepted } = await checkValid(host, plain, options, { seen, course });
  const isUseful = accepted !== undefined;
  const hostile: Check[] = [];
  for (const row of tampered)
    if (isUseful) hostile.push(await checkTampered(host, row, options, { seen, course }));
  const draws = { ...options, rounds, stop };
  const two = isUseful && !course.isForward ? await toldReleases(host, options) : undefined;
  if (isUseful) await seen.seek(host, fittingCases(host, draws), course);
  if (isUseful) await seen.seekByAttacks(host, { ...draws, rounds: attackRounds }, course);
  const list = seen.list();
  const states = course.isForward
    ? [withoutReset(course)]
    : two
      ? [await checkReset(host, two), await checkMemory(host, two)]
      : [];
  const pace =
    accepted && !course.isForward && (await measurePace(host, accepted, Math.min(longestPaceMs, timeMs / 4)));
  const shown = isUseful ? [checkShown(list)] : [];
  return {
    checks: [claims, valid, ...hostile, ...states, ...shown],
    claims: list,
    ...(pace && { pace }),
  };
}

type Drawn = Pick<CheckUpOptions, 'seed' | 'fixed'>;

/** Some cases that fit the claims, of the first rounds that have any. */
function firstFitting(subject: Subject, drawn: Drawn): readonly Case[] {
  for (const tried of [1, 6, 12]) {
    const cases = [...fittingCases(subject, { ...drawn, rounds: tried, stop: () => false })];
    if (cases.length > 0) return cases;
  }
  return [];
}

/** Those that need least, first. */
function plainest(cases: readonly Case[]): readonly Case[] {
  const weight = ({ needs, control }: Case) =>
    needs.commands.length + needs.parameters.length + 4 * control.steps.length;
  return [...cases].sort((a, b) => weight(a) - weight(b));
}

function checkClaims(subject: Subject, plain: readonly Case[], drawn: Drawn): Check {
  const { structures, algorithms, commands, parameters, levels } = subject.claims;
  if (plain.length > 0) {
    const note = `${structures.join(', ')}; algorithms ${algorithms.join(', ')}; ${commands.length} commands, ${parameters.length} parameters; up to ${levels.at(-1)}`;
    return { name: 'claims', status: 'passed', note };
  }
  const missing = nearest(subject, drawn);
  return {
    name: 'claims',
    status: 'failed',
    note: 'no valid manifest needs only what it claims, so nothing can be tried',
    fix: `claim what you implement; the nearest manifest needs also: ${missing.join('; ')}`,
  };
}

/** What the manifest that asks for least beyond the claims asks for. */
function nearest(subject: Subject, { seed, fixed }: Drawn): readonly string[] {
  const generous: Claims = { ...subject.claims, extras: [] };
  const pool = new ScenarioPool(seed, deviceOf(subject, fixed));
  const lacks = allCases
    .filter(({ family }) => family === 'valid')
    .flatMap((family) => [0, 1].map((round) => drawCase(family, round, seed, pool)))
    .flatMap((drawn) => (isInapplicable(drawn) ? [] : [missingFor(generous, drawn)]));
  const size = (words: readonly string[]) => words.join(' ').length;
  return lacks.toSorted((a, b) => size(a) - size(b))[0] ?? [];
}

interface Seeing {
  readonly seen: SeenClaims;
  readonly course: Course;
}

function withoutReset({ held }: Course): Check {
  const name = 'a new session is a new recipient';
  const note = `its config says reset: none; begin the next run with recipient.sequenceNumber ${held}`;
  return { name, status: 'skipped', note };
}

interface Valid {
  readonly check: Check;
  /** What was accepted; absent: nothing. */
  readonly plain?: Case;
}

async function checkValid(
  host: Host,
  plain: readonly Case[],
  options: CheckUpOptions,
  { seen, course }: Seeing,
): Promise<Valid> {
  const name = 'valid example accepted';
  let tried = 0;
  let first: Ruling | undefined;
  for (const one of further(host, plain, options)) {
    const { ruling } = await tryCase(host, course.next(one), new ControlCache());
    seen.add(one, ruling);
    if (ruling.verdict === 'accepted')
      return { plain: one, check: { name, status: 'passed', note: `${one.family}: ${ruling.note}` } };
    // What it cannot be told proves nothing; another may be told.
    if (tried === 0) first = ruling;
    if (ruling.verdict !== 'skipped' && ++tried === 3) break;
  }
  const note = first?.note ?? 'nothing was delivered';
  const named = options.named ?? `-v ${shellWord(host.spec)}`;
  return { check: { name, status: 'failed', note, fix: fixFor(first, named) } };
}

/** The plainest, then all that fit: what cannot be told of one recipient can be of another. */
function* further(host: Host, plain: readonly Case[], options: CheckUpOptions): Generator<Case> {
  yield* plain;
  const end = performance.now() + options.timeMs / 4;
  yield* fittingCases(host, { ...options, rounds, stop: () => performance.now() > end });
}

function fixFor(ruling: Ruling | undefined, named: string): string {
  if (ruling?.verdict === 'skipped')
    return 'give it more places, or claim less: none of the valid manifests that fit its claims could be told it';
  switch (ruling?.kind) {
    case 'crashed':
      return 'no delivery may end the program or throw: find out what did (stderr’s last line is above)';
    case 'hung':
      return 'answer every delivery, flush stdout after each line, and answer `close`';
    case 'exhausted':
      return 'it used more memory than --memory allows';
    case 'protocol-error':
      return 'mend the answer: docs/harness-protocol.md describes each field';
    case 'wrong-state':
      return 'report the state that the delivery leaves, or do not claim to report it';
    default:
      return `accept the plainest valid manifests first: gauntlet run --valid --only valid.auth.sign1 ${named} --out DIR, then gauntlet explain on the envelope in DIR/findings`;
  }
}

async function checkTampered(
  host: Host,
  [id, what, fix]: (typeof tampered)[number],
  { seed, fixed }: Drawn,
  { seen, course }: Seeing,
): Promise<Check> {
  const name = `refused: ${what}`;
  const attack = allCases.find((one) => one.id === id);
  const pool = new ScenarioPool(seed, deviceOf(host, fixed));
  let skipped = 'no such delivery needs only what is claimed';
  let refused = 0;
  for (let round = 0; attack !== undefined && round < rounds; round++) {
    const drawn = drawCase(attack, round, seed, pool);
    if (isInapplicable(drawn) || drawn.expect.strength !== 'must-reject') continue;
    if (missingFor(host.claims, drawn).length > 0) continue;
    const { ruling } = await tryCase(host, course.next(drawn), new ControlCache());
    seen.addAnswer(ruling.outcome);
    if (ruling.verdict === 'failed') return { name, status: 'failed', note: ruling.note, fix };
    if (ruling.verdict !== 'skipped' && ruling.verdict !== 'inconclusive')
      return { name, status: 'passed', note: ruling.note };
    skipped = ruling.note;
    if (ruling.verdict === 'inconclusive' && ++refused === fruitless) break;
  }
  return { name, status: 'skipped', note: skipped };
}

function checkShown(claims: readonly ClaimSeen[]): Check {
  const refused = claims.filter(({ status }) => status === 'refused');
  const name = 'every claim seen to work';
  const count = claims.filter(({ status }) => status === 'seen').length;
  if (refused.length === 0)
    return { name, status: 'passed', note: `${count} of ${claims.length} claims, none refused` };
  const [first] = refused;
  return {
    name,
    status: 'failed',
    note: refused.map(({ kind, value }) => `${kind} ${value}`).join(', '),
    fix: `claimed and refused: ${first?.kind} ${first?.value} (${first?.note}); mend it or do not claim it`,
  };
}

/** At most this many deliveries and about this long, for each of the two figures. */
const paceDeliveries = 200;
const longestPaceMs = 750;

async function measurePace(host: Host, { control }: Case, paceMs: number): Promise<Pace> {
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < paceDeliveries && performance.now() - begin < paceMs) {
    const start = performance.now();
    await deliver(host, control);
    times.push((performance.now() - start) / control.steps.length);
  }
  times.sort((a, b) => a - b);
  const atOnce = Array.from({ length: Math.max(1, Math.min(times.length, 4 * host.depth)) });
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < paceMs && done < 5 * paceDeliveries) {
    await Promise.all(atOnce.map(() => deliver(host, control)));
    done += atOnce.length;
  }
  return {
    medianMs: times[Math.floor(times.length / 2)] ?? 0,
    perSecond: (1000 * done * control.steps.length) / (performance.now() - start),
    deliveries: (times.length + done) * control.steps.length,
  };
}
