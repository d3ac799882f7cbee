/**
 * What `gauntlet doctor` tells, as JSON and on one screen.
 *
 * @module
 */
import { escapeText } from '../escape-text.ts';
import type { Check, Pace } from '../harness/check-up.ts';
import { type ClaimKind, type ClaimSeen, claimKinds } from '../harness/claims-seen.ts';

export interface DoctorReport {
  readonly version: string;
  readonly verifier: string;
  /** No check failed. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
  readonly claims: readonly ClaimSeen[];
  /** `ratio`: the median over the calibration loop's. */
  readonly pace?: Pace & { readonly ratio: number };
  /** Of the first check that failed. */
  readonly fixFirst?: string;
}

const marks = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;
const lineLength = 116;

/** `named`: the words that name the verifier in a line to be run. */
export function renderDoctor(report: DoctorReport, named: string): string {
  const width = Math.max(...report.checks.map(({ name }) => name.length));
  const lines = [
    `${escapeText(report.verifier)}: ${report.healthy ? 'works' : 'needs mending'}`,
    '',
    ...report.checks.map(({ name, status, note }) => {
      const line = `${marks[status]}  ${name.padEnd(width)}  ${escapeText(note)}`;
      return status === 'failed' ? line : cut(line);
    }),
    ...(report.pace ? [paceLine(report.pace, width)] : []),
    ...claimLines(report.claims),
    '',
    `First: ${escapeText(report.fixFirst ?? advice(report, named))}`,
  ];
  return `${lines.join('\n')}\n`;
}

function paceLine({ medianMs, perSecond, ratio }: NonNullable<DoctorReport['pace']>, width: number): string {
  const figures = `${medianMs.toFixed(medianMs < 10 ? 2 : 0)} ms a delivery (${ratio.toFixed(0)} × the calibration loop), ${perSecond.toFixed(0)} a second at its depth`;
  return `      ${'pace'.padEnd(width)}  ${figures}`;
}

/** One line a kind: what was seen, then what was not. */
function claimLines(claims: readonly ClaimSeen[]): readonly string[] {
  if (claims.length === 0) return [];
  const lines = claimKinds.flatMap((kind) => {
    const of = claims.filter((one) => one.kind === kind);
    return of.length === 0 ? [] : [cut(`  ${plural(kind).padEnd(11)}${inWords(of)}`)];
  });
  return ['', 'Claimed, and seen in what was answered rightly (! refused, ? not seen)', '', ...lines];
}

function inWords(claims: readonly ClaimSeen[]): string {
  const sorted = [
    ...claims.filter(({ status }) => status === 'refused'),
    ...claims.filter(({ status }) => status === 'not-seen'),
    ...claims.filter(({ status }) => status === 'seen'),
  ];
  const mark = { refused: '!', 'not-seen': '?', seen: '' } as const;
  return sorted.map(({ value, status }) => `${mark[status]}${escapeText(String(value))}`).join(' ');
}

function plural(kind: ClaimKind): string {
  return `${kind}s`;
}

function advice({ claims }: DoctorReport, named: string): string {
  const lacks = (kind: ClaimKind, value: string) =>
    !claims.some((one) => one.kind === kind && one.value === value);
  if (lacks('report', 'stage'))
    return 'nothing is broken; report the stage of each rejection, for without it none can be proven';
  if (lacks('report', 'sequence'))
    return 'nothing is broken; report the sequence number, so that rollbacks show';
  if (lacks('report', 'effects'))
    return 'nothing is broken; report effects, so that what is done before authentication shows';
  return `nothing is broken; attack it: gauntlet run ${named}`;
}

function cut(line: string): string {
  return line.length <= lineLength ? line : `${line.slice(0, lineLength - 1)}…`;
}
