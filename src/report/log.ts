/**
 * results.jsonl: a first line that says what is run, then each verdict as it falls. What was judged is in it even when
 * the run was killed, and the logs of several shards are one run's.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { BenchError } from '../bench-error.ts';
import { controlKey, type Judged } from '../harness/campaign.ts';
import { Collation } from '../harness/collation.ts';
import { DeadControls, givenUp } from '../harness/dead-controls.ts';
import type { RecordLine } from '../harness/record.ts';
import type { Shard } from '../harness/sequence.ts';
import type { FixedPlan } from '../scenarios/fixed.ts';
import type { Within } from '../scenarios/within.ts';

export const logFormat = 'suit-gauntlet/log/2';

export interface LogHeader {
  readonly format: typeof logFormat;
  readonly version: string;
  readonly seed: number;
  readonly subject: string;
  /** Cases of the whole sequence, for each verifier. */
  readonly planned: number;
  readonly verifiers: readonly string[];
  readonly notYet: number;
  readonly notes: readonly string[];
  readonly choice: RunChoice;
  /** SHA-256 of what was read, by path; no key. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The device's ceiling, as --class names it. */
  readonly class?: string;
  /** The config file that names verifiers, where a command line has to name it. */
  readonly config?: string;
  /** Absent: the whole sequence. */
  readonly shard?: Shard;
}

/** The options that decide the sequence of cases, the seed apart. */
export interface RunChoice {
  readonly runs: number;
  readonly histories?: number;
  readonly pairs?: number;
  readonly only?: readonly string[];
  readonly valid?: boolean;
  /** Attacks on firmware packages of RFC 4108, in place of those on envelopes. */
  readonly packages?: true;
  /** A user's own device, which the scenarios are generated for. */
  readonly fixed?: FixedPlan;
  /** What the verifiers claim, where that is little: the scenarios are generated within it. */
  readonly within?: Within;
  readonly envelope?: string;
  readonly key?: string;
  readonly payload?: readonly string[];
  readonly corpus?: readonly string[];
  readonly stored: boolean;
}

/** A line of a file, without its line feed. */
export interface TextLine {
  readonly text: string;
  /** Bytes of the file up to and with its line feed. */
  readonly end: number;
}

/** A log that is being read. */
export interface Log {
  readonly where: string;
  readonly header: LogHeader;
  /** Bytes of the first line. */
  readonly headerEnd: number;
  /** Whole cases only. */
  readonly cases: Iterable<LoggedCase>;
}

/** The records of one case, of all verifiers. */
export interface LoggedCase {
  readonly place: number;
  readonly lines: readonly RecordLine[];
  readonly end: number;
}

/**
 * Throws BenchError `log-unreadable`, naming `where`; the lines are read as they are asked for. A last line that broke
 * off is none of `lines`.
 */
export function openLog(lines: Iterator<TextLine>, where: string): Log {
  const first = lines.next();
  const header = first.done ? undefined : (parse(first.value.text, 1, where) as Partial<LogHeader> | null);
  if (first.done || header?.format !== logFormat || !Array.isArray(header.verifiers))
    throw new BenchError('log-unreadable', `${where} does not begin with a line of the format ${logFormat}`);
  const whole = header as LogHeader;
  return { where, header: whole, headerEnd: first.value.end, cases: casesOfLog(lines, whole, where) };
}

function* casesOfLog(
  lines: Iterator<TextLine>,
  { verifiers }: LogHeader,
  where: string,
): Generator<LoggedCase> {
  const last = verifiers.at(-1);
  let gathered: RecordLine[] = [];
  for (let number = 2, next = lines.next(); !next.done; number++, next = lines.next()) {
    const line = parse(next.value.text, number, where) as RecordLine;
    if (!verifiers.includes(line.verifier))
      throw new BenchError(
        'log-unreadable',
        `${where} has the verifier ${line.verifier}, its first line has not`,
      );
    gathered.push(line);
    if (line.of === 'control' || line.verifier !== last) continue;
    yield { place: line.case, lines: gathered, end: next.value.end };
    gathered = [];
  }
}

function parse(text: string, number: number, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BenchError('log-unreadable', `line ${number} of ${where} is not JSON`, { cause });
  }
}

/** The cases of several logs in the sequence's order. Throws BenchError `shards-overlap`. */
export function* inOrder(logs: readonly Log[]): Generator<LoggedCase & { readonly log: Log }> {
  const heads = logs.map((log) => ({ log, rest: log.cases[Symbol.iterator]() }));
  const front = heads.map(({ rest }) => rest.next());
  let before = -1;
  for (;;) {
    let least = -1;
    for (const [i, one] of front.entries()) {
      const leading = front[least];
      if (!one.done && (leading === undefined || leading.done || one.value.place < leading.value.place))
        least = i;
    }
    const found = front[least];
    const head = heads[least];
    if (found === undefined || found.done || head === undefined) return;
    if (found.value.place <= before)
      throw new BenchError('shards-overlap', `${head.log.where} has case ${found.value.place} once more`);
    before = found.value.place;
    yield { ...found.value, log: head.log };
    front[least] = head.rest.next();
  }
}

/** What logs add up to, and which of them has the first record of each failure. */
export interface Collated extends Judged {
  readonly firstIn: ReadonlyMap<string, Log>;
  /** Bytes of the log up to and with its last whole case. Of one log. */
  readonly end: number;
}

export interface CollateOptions {
  /** Told of each record, numbered anew. */
  readonly onLine?: (line: RecordLine) => void;
  /** Default: those of a whole run. */
  readonly deadControls?: DeadControls;
}

/**
 * As one process would have counted: controls once, and nothing of a verifier after its third dead control in a row.
 * Throws BenchError `shard-stopped` where a shard gave up a verifier that one process would not have.
 */
export function collate(
  logs: readonly Log[],
  attacks: readonly AnyAttack[],
  options: CollateOptions = {},
): Collated {
  const [one] = logs;
  const collation = new Collation(one?.header.verifiers ?? []);
  const { deadControls = new DeadControls(), onLine } = options;
  const controls = new Set<string>();
  const firstIn = new Map<string, Log>();
  let stopped: ReadonlySet<string> = new Set();
  let [records, next, end] = [0, 0, one?.headerEnd ?? 0];
  /** Who was given up has read nothing; and only the first of a kind says what was seen. */
  const withDisagreements = (line: RecordLine): RecordLine => {
    if (line.disagreements === undefined) return line;
    const { disagreements, ...rest } = line;
    const left = disagreements
      .filter(({ verifier, base }) => !stopped.has(verifier) && !stopped.has(base))
      .map(({ seen, ...one }) =>
        seen === undefined || collation.disagreements.has(one.fingerprint) ? one : { ...one, seen },
      );
    return left.length > 0 ? { ...rest, disagreements: left } : rest;
  };
  const add = (line: RecordLine, log: Log): void => {
    const { verifier, failure } = line;
    const known = failure && collation.failures.has(failure.fingerprint);
    if (failure && !known) firstIn.set(failure.fingerprint, log);
    for (const { fingerprint } of line.disagreements ?? [])
      if (!collation.disagreements.has(fingerprint)) firstIn.set(fingerprint, log);
    if (line.family === 'valid') deadControls.count(verifier, line);
    const told = { ...withDisagreements(known ? withoutSeen(line) : line), n: records++ };
    collation.add(told);
    onLine?.(told);
  };
  for (const { place, lines, end: caseEnd, log } of inOrder(logs)) {
    next = place + 1;
    end = caseEnd;
    // The case whose control was the last to die keeps its own ruling.
    stopped = new Set(lines.map((l) => l.verifier).filter((spec) => deadControls.isStopped(spec)));
    for (const line of lines) {
      const key = controlKey(line.verifier, line.case);
      if (stopped.has(line.verifier)) {
        if (line.of !== 'control') add(stoppedLine(line, attacks), log);
      } else if (line.verdict === givenUp.verdict && line.note === givenUp.note) {
        throw new BenchError(
          'shard-stopped',
          `${log.where} gave up ${line.verifier}, which dies now and then: run it without --shard`,
        );
      } else if (line.of !== 'control' || !controls.has(key)) {
        if (line.of === 'control') controls.add(key);
        add(line, log);
      }
    }
  }
  return { collation, deadControls, controls, firstIn, records, next, end };
}

function withoutSeen(line: RecordLine): RecordLine {
  if (line.failure?.seen === undefined) return line;
  const { seen: _first, ...failure } = line.failure;
  return { ...line, failure };
}

/** What one process would have recorded of a case that it did not deliver. */
function stoppedLine(line: RecordLine, attacks: readonly AnyAttack[]): RecordLine {
  if (line.verdict === 'inapplicable') return line;
  const { kind: _kind, outcome: _outcome, cost: _cost, failure: _failure, ...rest } = line;
  const family = attacks.find(({ id }) => id === line.attack)?.family ?? line.family;
  return { ...rest, ...givenUp, family };
}
