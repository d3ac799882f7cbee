/**
 * The baseline: findings that are known, each with its reason. What is new, vanished or unknown fails.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { BenchError } from '../bench-error.ts';
import type { Results } from './results.ts';

export interface Known {
  readonly verifier: string;
  /** An attack's id, `valid` for refused controls, or a family for `nothing-proven`. */
  readonly attack: string;
  readonly kind: string;
  /** Why this is accepted for now. */
  readonly reason: string;
}

export interface Baseline {
  readonly format: 'suit-gauntlet/baseline/1';
  readonly known: readonly Known[];
}

export interface BaselineComparison {
  /** Reason by the finding's fingerprint. */
  readonly known: ReadonlyMap<string, string>;
  /** One sentence each; empty: nothing unexpected. */
  readonly problems: readonly string[];
}

/** Throws BenchError `baseline-unreadable`, naming file and entry. */
export function readBaseline(file: string): Baseline {
  const wrong = (why: string, cause?: unknown): BenchError =>
    new BenchError(
      'baseline-unreadable',
      `the baseline ${file} ${why}`,
      cause === undefined ? {} : { cause },
    );
  let json: Partial<Baseline> | null;
  try {
    json = JSON.parse(readFileSync(file, 'utf8')) as Partial<Baseline> | null;
  } catch (cause) {
    throw wrong('cannot be read as JSON', cause);
  }
  if (json?.format !== 'suit-gauntlet/baseline/1') throw wrong('has not the format suit-gauntlet/baseline/1');
  if (!Array.isArray(json.known)) throw wrong('has no list "known"');
  for (const [i, entry] of json.known.entries())
    for (const field of ['verifier', 'attack', 'kind', 'reason'] as const)
      if (typeof entry?.[field] !== 'string' || entry[field].trim() === '')
        throw wrong(`entry ${i} needs a "${field}"`);
  return json as Baseline;
}

/** `ids`: every attack and family id that exists. Entries about verifiers that were not run are left alone. */
export function compare(results: Results, baseline: Baseline, ids: ReadonlySet<string>): BaselineComparison {
  const known = new Map<string, string>();
  const problems: string[] = [];
  for (const finding of results.findings) {
    const entry = baseline.known.find((one) => isAbout(one, finding));
    if (entry) known.set(finding.fingerprint, entry.reason);
    else problems.push(`new: ${finding.verifier} ${finding.kind} ${finding.attack}`);
  }
  for (const entry of baseline.known) {
    if (!ids.has(entry.attack)) {
      problems.push(`unknown id ${entry.attack} (${entry.verifier} ${entry.kind})`);
      continue;
    }
    const wasRun = results.verifiers[entry.verifier] !== undefined && exercised(results, entry);
    if (wasRun && !results.findings.some((finding) => isAbout(entry, finding)))
      problems.push(`vanished: ${entry.verifier} ${entry.kind} ${entry.attack} is listed but was not seen`);
  }
  return { known, problems };
}

export function baselineOf(results: Results, reason: string, before?: Baseline): Baseline {
  const known = results.findings.map((finding): Known => {
    const entry = before?.known.find((one) => isAbout(one, finding));
    return {
      verifier: finding.verifier,
      attack: finding.attack,
      kind: finding.kind,
      reason: entry?.reason ?? reason,
    };
  });
  const distinct = new Map(known.map((entry) => [`${entry.verifier} ${entry.attack} ${entry.kind}`, entry]));
  return { format: 'suit-gauntlet/baseline/1', known: [...distinct.values()] };
}

function isAbout(entry: Known, finding: Results['findings'][number]): boolean {
  return (
    entry.verifier === finding.verifier && entry.attack === finding.attack && entry.kind === finding.kind
  );
}

/** Did this run come to the attack at all? One that was cut short or narrowed may not have. */
function exercised(results: Results, entry: Known): boolean {
  if (entry.kind === 'nothing-proven' || entry.attack === 'valid')
    return results.families[entry.verifier]?.[entry.attack as 'valid'] !== undefined;
  return results.attacks[entry.verifier]?.[entry.attack] !== undefined;
}
