/**
 * From the exit and the output of a command to what it decided.
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';
import type { Effect } from '../../device/decision.ts';
import type { Level } from '../../device/delivery.ts';
import { capText } from './cap-text.ts';
import { crashText } from './crash-text.ts';
import { describeExit, type Exit, failureOf } from './death.ts';
import type { Failure } from './runner.ts';

/** What an exit code or a rule says; fields that are absent are left to others. */
export interface Said {
  readonly kind?: 'accepted' | 'rejected' | 'unsupported' | 'crashed';
  readonly level?: Level;
  readonly stage?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly feature?: string;
}

/** A pattern in the output. Its named groups have the names of the fields they fill. */
export interface OutputRule extends Said {
  /** A regular expression; ^ and $ are the ends of a line. */
  readonly match: string;
  /** Default: both, stdout first. */
  readonly in?: 'stdout' | 'stderr';
  /** Each match is one effect, in the output's order. */
  readonly effect?: Effect['kind'];
}

export interface CommandMapping {
  /** By exit codes: "2", or "64-78". */
  readonly exits?: Readonly<Record<string, NonNullable<Said['kind']> | Said>>;
  readonly output?: readonly OutputRule[];
  /** Of an acceptance that says none. */
  readonly level: Level;
}

export interface CommandEnd extends Exit {
  readonly stdout: string;
}

/** A decision's fields that come from the output, not yet validated; or the way it failed to make one. */
export type Mapped =
  | { readonly kind: 'failure'; readonly failure: Failure }
  | {
      readonly kind: 'decision';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly sequence?: bigint;
    };

type Compiled = OutputRule & { readonly pattern: RegExp };

export interface CompiledMapping {
  read(end: CommandEnd, ceilingBytes: number): Mapped;
  /** Fields that some rule, group or exit can fill. */
  readonly fills: ReadonlySet<string>;
  /** Kinds of effects that some rule reads. */
  readonly effects: ReadonlySet<string>;
}

/** Throws BenchError `verifier-command` for a pattern, the name of a group, or a range that cannot be read. */
export function compileMapping(mapping: CommandMapping): CompiledMapping {
  const rules = (mapping.output ?? []).map((rule): Compiled => ({ ...rule, pattern: patternOf(rule) }));
  const ranges = Object.entries(mapping.exits ?? {}).map(([codes, said]) => ({
    ...rangeOf(codes),
    said: typeof said === 'string' ? { kind: said } : said,
  }));
  const fills = new Set([
    ...rules.flatMap((rule) => [...Object.keys(rule), ...groupsOf(rule)]),
    ...ranges.flatMap(({ said }) => Object.keys(said)),
  ]);
  const saidBy = (code: number): Said | undefined =>
    ranges.find(({ from, to }) => code >= from && code <= to)?.said;
  const effects = new Set(rules.flatMap(({ effect }) => effect ?? []));
  return {
    fills,
    effects,
    read: (end, ceilingBytes) => read(end, { rules, saidBy, level: mapping.level, ceilingBytes }),
  };
}

interface Reading {
  readonly rules: readonly Compiled[];
  readonly saidBy: (code: number) => Said | undefined;
  readonly level: Level;
  readonly ceilingBytes: number;
}

/** Exits that nothing maps. */
const usual: Readonly<Record<number, Said>> = { 0: { kind: 'accepted' }, 1: { kind: 'rejected' } };

function read(end: CommandEnd, { rules, saidBy, level, ceilingBytes }: Reading): Mapped {
  const broke = crashText(end.stderr);
  const said = end.code === null ? undefined : (saidBy(end.code) ?? usual[end.code]);
  const isCrash =
    said === undefined || said.kind === 'crashed' || broke?.evenOnSuccess || (broke && end.code !== 0);
  if (isCrash) return { kind: 'failure', failure: failureOf(end, ceilingBytes) };
  const found = rules.filter((rule) => rule.effect === undefined).flatMap((rule) => matchOf(rule, end) ?? []);
  const all = joined([...found, said]);
  const kind = all.kind ?? 'rejected';
  if (kind === 'unsupported')
    return { kind: 'failure', failure: { kind, feature: capText(all.feature ?? describeExit(end), 200) } };
  if (kind === 'crashed')
    return { kind: 'failure', failure: { kind, error: `its output says so, ${describeExit(end)}` } };
  const sequence = found.map((one) => one.sequence).find((one) => one !== undefined);
  const effects = effectsIn(rules, end);
  const fields = {
    kind,
    ...(kind === 'accepted' ? { level: all.level ?? level } : pick(all, ['stage', 'reason', 'detail'])),
    ...(effects && { effects }),
  };
  return { kind: 'decision', fields, ...(sequence !== undefined && { sequence }) };
}

/** The first that says a field fills it; rules come before the exit code. Stage and reason come from one of them. */
function joined(sources: readonly Said[]): Said {
  const named = sources.find(({ stage, reason }) => stage !== undefined || reason !== undefined);
  const { stage: _s, reason: _r, ...rest } = Object.assign({}, ...sources.toReversed().map(defined)) as Said;
  return { ...rest, ...(named && pick(named, ['stage', 'reason'])) };
}

function defined(said: Said): Said {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function pick(said: Said, names: readonly (keyof Said)[]): Said {
  return Object.fromEntries(names.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]])));
}

/** What one rule says, its groups above its own fields; undefined: it does not match. */
function matchOf(rule: Compiled, end: CommandEnd): (Said & { readonly sequence?: bigint }) | undefined {
  for (const text of textsFor(rule, end)) {
    rule.pattern.lastIndex = 0;
    const groups = rule.pattern.exec(text);
    if (groups === null) continue;
    const { sequence, ...rest } = { ...groups.groups };
    const { match: _m, in: _i, effect: _e, pattern: _p, ...own } = rule;
    return {
      ...own,
      ...defined(rest as Said),
      ...(numberIn(sequence) !== undefined && { sequence: numberIn(sequence) as bigint }),
    };
  }
  return undefined;
}

function textsFor(rule: OutputRule, { stdout, stderr }: CommandEnd): readonly string[] {
  if (rule.in === 'stdout') return [stdout];
  return rule.in === 'stderr' ? [stderr] : [stdout, stderr];
}

/** Undefined where no rule is about effects. Not yet validated. */
function effectsIn(rules: readonly Compiled[], end: CommandEnd): readonly unknown[] | undefined {
  const about = rules.filter((rule) => rule.effect !== undefined);
  if (about.length === 0) return undefined;
  const found = about.flatMap((rule) =>
    textsFor(rule, end).flatMap((text) =>
      [...text.matchAll(rule.pattern)].map((match) => ({
        at: match.index + (text === end.stdout ? 0 : end.stdout.length),
        effect: effectOf(rule, { ...match.groups }),
      })),
    ),
  );
  return found.sort((a, b) => a.at - b.at).map(({ effect }) => effect);
}

function effectOf(
  { effect: kind }: OutputRule,
  groups: Readonly<Record<string, string | undefined>>,
): unknown {
  const { uri, component, sequence } = groups;
  const index = component === undefined ? undefined : Number(component);
  switch (kind) {
    case 'fetch':
      return { kind, uri: uri ?? '', ...(index !== undefined && { component: index }) };
    case 'commit':
      return { kind, sequenceNumber: numberIn(sequence) };
    case 'authenticated':
      return { kind };
    default:
      return { kind, component: index ?? 0 };
  }
}

/** Decimal, or hexadecimal after 0x. */
function numberIn(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(?:\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(text) ? BigInt(text) : undefined;
}

/** Fields that a pattern's groups may fill. */
const groupNames: readonly string[] = [
  'kind',
  'level',
  'stage',
  'reason',
  'detail',
  'feature',
  'sequence',
  'uri',
  'component',
];

function groupsOf({ match }: OutputRule): readonly string[] {
  const names = [...match.matchAll(/\(\?<(\w+)>/g)].map(([, name = '']) => name);
  const unknown = names.find((name) => !groupNames.includes(name));
  if (unknown === undefined) return names;
  throw new BenchError(
    'verifier-command',
    `output: ${JSON.stringify(match)} has a group ${unknown}; a group may be ${groupNames.join(', ')}`,
  );
}

function patternOf({ match }: OutputRule): RegExp {
  try {
    return new RegExp(match, 'gm');
  } catch (cause) {
    throw new BenchError('verifier-command', `output: ${JSON.stringify(match)} is no regular expression`, {
      cause,
    });
  }
}

function rangeOf(codes: string): { readonly from: number; readonly to: number } {
  const [from = Number.NaN, to = from] = codes.split('-').map(Number);
  if (from <= to && to <= 255) return { from, to };
  throw new BenchError(
    'verifier-command',
    `exits: ${JSON.stringify(codes)} is no exit code of 0 … 255, nor a range as "64-78"`,
  );
}
