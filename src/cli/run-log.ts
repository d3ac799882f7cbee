/**
 * The results.jsonl of a run: begun anew, or taken up where it broke off.
 *
 * @module
 */
import { closeSync, existsSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyAttack } from '../attacks/attack.ts';
import { BenchError } from '../bench-error.ts';
import type { Judged } from '../harness/campaign.ts';
import { DeadControls } from '../harness/dead-controls.ts';
import { type CaseRecord, recordLine } from '../harness/record.ts';
import { collate, type Log, type LogHeader, openLog } from '../report/log.ts';
import { makeFolder, readLines } from './files.ts';

export interface RunLog {
  /** What the log had before. */
  readonly before?: Judged;
  write(record: CaseRecord): void;
  close(): void;
}

export interface RunLogOptions {
  /** Go on with what is there. */
  readonly resume: boolean;
  readonly attacks: readonly AnyAttack[];
  readonly deadControls?: number;
}

/** Each verdict is written as it falls: a killed run loses at most what is in flight. */
export function openRunLog(folder: string | undefined, header: LogHeader, options: RunLogOptions): RunLog {
  if (folder === undefined) return { write: () => {}, close: () => {} };
  makeFolder(folder);
  const path = logPath(folder);
  // Of the run before, or of this one before it is resumed: no longer true either way.
  rmSync(join(folder, 'results.json'), { force: true });
  const begun = options.resume ? openBegun(path) : undefined;
  const before = begun && takeUp(begun, path, header, options);
  const file = openSync(path, before ? 'a' : 'w');
  if (before === undefined) writeSync(file, `${JSON.stringify(header)}\n`);
  return {
    ...(before && { before }),
    write: (record) => void writeSync(file, `${JSON.stringify(recordLine(record))}\n`),
    close: () => closeSync(file),
  };
}

export function logPath(folder: string): string {
  return join(folder, 'results.jsonl');
}

/** Throws BenchError `file-unreadable` or `log-unreadable`. */
export function openLogOf(folder: string): Log {
  const path = logPath(folder);
  return openLog(readLines(path, 'log'), path);
}

/** undefined: there is none, or it broke off within its first line. */
function openBegun(path: string): Log | undefined {
  if (!existsSync(path) || readLines(path, 'log').next().done) return undefined;
  return openLog(readLines(path, 'log'), path);
}

function takeUp(log: Log, path: string, header: LogHeader, { attacks, deadControls }: RunLogOptions): Judged {
  const differing = differences(log.header, header);
  if (differing.length > 0)
    throw new BenchError(
      'resume-differs',
      `${path} is of another run: ${differing.join(', ')} differ. Give the options that it was begun with, or leave --resume out`,
    );
  const judged = collate([log], attacks, { deadControls: new DeadControls(deadControls) });
  // A case that broke off is judged anew.
  truncateSync(path, judged.end);
  return judged;
}

/** Names of the fields, or of the options, that are not the same. */
export function differences(a: LogHeader, b: LogHeader): readonly string[] {
  const fields = (of: LogHeader): Readonly<Record<string, unknown>> => {
    const { choice, ...rest } = of;
    return { ...rest, ...Object.fromEntries(Object.entries(choice).map(([key, v]) => [`--${key}`, v])) };
  };
  const [left, right] = [fields(a), fields(b)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
}
