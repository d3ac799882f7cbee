/**
 * results.jsonl: a first line that says what is run, then each verdict as it falls. Results can be made of it when
 * the run was killed before it could.
 *
 * @module
 */
import type { AnyAttack } from '../attacks/attack.ts';
import { BenchError } from '../bench-error.ts';
import type { Outcome } from '../device/outcome.ts';
import type { CampaignResult, CaseRecord } from '../harness/campaign.ts';
import type { Finding } from '../harness/finding.ts';
import { inconsistent, vacuous } from '../harness/findings.ts';
import { type LoggedOutcome, logged } from '../harness/logged-outcome.ts';
import { count, emptyTally, type Tally } from '../harness/tally.ts';
import type { Ruling } from '../harness/verdict.ts';
import { shellWord } from '../shell-word.ts';
import { makeResults, type Results } from './results.ts';

export const logFormat = 'suit-gauntlet/log/1';

export interface LogHeader {
  readonly format: typeof logFormat;
  readonly version: string;
  readonly seed: number;
  readonly subject: string;
  /** Cases for each verifier. */
  readonly planned: number;
  readonly verifiers: readonly string[];
  readonly notYet: number;
}

/** One verdict. */
export interface LogLine extends Omit<CaseRecord, 'ruling'>, Omit<Ruling, 'outcome' | 'family'> {
  readonly outcome?: LoggedOutcome;
}

export function logLine({ ruling, ...rest }: CaseRecord): LogLine {
  const { outcome, family: _family, ...said } = ruling;
  return { ...rest, ...said, ...(outcome && { outcome: logged(outcome) }) };
}

/**
 * The results of a run that was killed, as far as it came. Its findings are not shrunk and have no stored case.
 * Throws BenchError `log-unreadable`, naming `where` and the line; a last line that broke off is left out.
 */
export function resultsOfLog(text: string, attacks: readonly AnyAttack[], where: string): Results {
  const [first, ...lines] = parse(text, where);
  const header = first as LogHeader | undefined;
  if (header?.format !== logFormat)
    throw new BenchError('log-unreadable', `${where} does not begin with a line of the format ${logFormat}`);
  const records = lines as readonly LogLine[];
  const tallies = new Map(header.verifiers.map((spec) => [{ spec }, emptyTally()]));
  const bySpec = new Map([...tallies].map(([{ spec }, tally]) => [spec, tally]));
  for (const line of records) {
    const tally = bySpec.get(line.verifier);
    if (tally === undefined)
      throw new BenchError(
        'log-unreadable',
        `${where} has the verifier ${line.verifier}, its first line has not`,
      );
    const { attack: id, family, verdict, outcome, dimension } = line;
    count(tally, { id, family }, verdict, outcome as Outcome | undefined, dimension);
  }
  const attacked = records.filter(({ family }) => family !== 'valid');
  const applicable = new Set(
    attacked.filter((r) => r.verdict !== 'inapplicable').map(({ attack }) => attack),
  );
  const seen = new Set(attacked.map(({ attack }) => attack));
  const last = header.verifiers.at(-1);
  const done = attacked.filter(({ verifier }) => verifier === last).length;
  const campaign: Pick<CampaignResult, 'planned' | 'done' | 'neverApplicable'> & {
    readonly tallies: ReadonlyMap<{ readonly spec: string }, Tally>;
  } = {
    planned: header.planned,
    done,
    tallies,
    neverApplicable: [...seen].filter((id) => !applicable.has(id)),
  };
  return makeResults({
    ...header,
    campaign,
    findings: [...findingsOfLog(records, header), ...inconsistent(campaign), ...vacuous(campaign, attacks)],
    attacks,
    notes: [
      `made of results.jsonl: the run came to ${done} of ${header.planned} cases; findings are not shrunk and not stored`,
    ],
  });
}

function findingsOfLog(records: readonly LogLine[], { seed }: LogHeader): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const { failure, kind, attack, note, outcome, round, verifier } of records) {
    if (failure === undefined || kind === undefined) continue;
    const { fingerprint, strength, clause, choice } = failure;
    const known = found.get(fingerprint);
    const only = attack === 'valid' || attack.startsWith('valid.') ? '' : ` --only ${attack}`;
    const isPair = attack.startsWith('pair.');
    const chosen = isPair ? ` --runs 0 --pairs ${round + 1}` : `${only} --runs ${round + 1}`;
    const replay = `gauntlet run --verifier ${shellWord(verifier)}${chosen} --seed ${seed}`;
    const said = { strength, clause, choice, note, ...(outcome && { outcome }) };
    const one = { id: fingerprint, fingerprint, verifier, kind, attack, ...said };
    found.set(
      fingerprint,
      known ? { ...known, cases: known.cases + 1 } : { ...one, cases: 1, shrunk: false, replay },
    );
  }
  return [...found.values()];
}

function parse(text: string, where: string): readonly unknown[] {
  const lines = text.split('\n');
  // Every whole line ends with a line feed: what follows the last one broke off.
  lines.pop();
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (cause) {
      throw new BenchError('log-unreadable', `line ${i + 1} of ${where} is not JSON`, { cause });
    }
  });
}
