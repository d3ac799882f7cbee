/**
 * Any bytes as labelled diagnostic notation (RFC 8949 §8): an envelope with every wrapped item opened,
 * its digests and signatures checked, and what is malformed marked at its byte.
 *
 * @module
 */

import type { CoseKey } from '../cose/key.ts';
import { type Check, checksOf } from './explain-checks.ts';
import { type ExplainedLine, printable } from './explain-line.ts';
import { rootShape } from './explain-shapes.ts';
import { startWalk, walkItem } from './explain-walk.ts';

export type { ExplainedLine } from './explain-line.ts';

export interface ExplainOptions {
  /** Checks every authentication block with this key. */
  readonly key?: CoseKey;
  /** Lines before it gives up; default 20,000. */
  readonly maxLines?: number;
}

export function explain(bytes: Uint8Array, options: ExplainOptions = {}): ExplainedLine[] {
  const walk = startWalk(bytes, options.maxLines ?? 20_000);
  const frame = { start: 0, prefix: '', suffix: '', depth: 0, level: 0 };
  const end = walkItem(walk, 0, bytes.length, rootShape, frame);
  if (end !== undefined && end < bytes.length) walk.trailing(end, bytes.length, 0);

  const checks = checksOf(bytes, options.key);
  if (checks === undefined) {
    const text = 'digests and signatures are not checked: the input is not one whole envelope';
    return [...walk.lines, { offset: 0, end: bytes.length, depth: 0, text }];
  }
  const lines = walk.lines.flatMap((line) => {
    // A closing line begins where an item ends, which may be where the next one starts.
    const due = line.offset === line.end ? [] : checks.filter((check) => check.at === line.offset);
    for (const check of due) checks.splice(checks.indexOf(check), 1);
    return [line, ...due.map((check) => checkLine(check, line))];
  });
  // What could not be put beside its item, because the walk did not come so far.
  return [
    ...lines,
    ...checks.map((check) => checkLine(check, { offset: check.at, end: check.at, depth: 0 })),
  ];
}

function checkLine(check: Check, beside: Pick<ExplainedLine, 'offset' | 'end' | 'depth'>): ExplainedLine {
  const { offset, end, depth } = beside;
  return { offset, end, depth: depth + 1, text: printable(check.text), mark: check.mark };
}

/** The lines as text: byte offset, a mark (`!` error, `+` check passed), indented notation. */
export function renderExplanation(lines: readonly ExplainedLine[]): string {
  const digits = lines.reduce((most, line) => Math.max(most, String(line.offset).length), 4);
  return lines
    .map((line) => {
      const mark = line.mark === undefined ? ' ' : { error: '!', ok: '+' }[line.mark];
      return `${String(line.offset).padStart(digits)} ${mark} ${'  '.repeat(line.depth)}${line.text}\n`;
    })
    .join('');
}
