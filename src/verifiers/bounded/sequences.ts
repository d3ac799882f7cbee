/**
 * Checks every command sequence at hand for its structure, nested ones too, without running anything
 * (draft §8.4.6, §8.4.9, §8.4.10).
 *
 * Wrapped sequences lie one inside the other, so the end of a nested one is where its parent goes on: a level of
 * nesting costs one word, how many items it still misses.
 *
 * @module
 */

import { commandCode } from '../../suit/registry.ts';
import { argumentOf, isAllowedInShared } from './commands.ts';
import { checkIndex } from './index-argument.ts';
import { checkParameters } from './parameters.ts';
import { allocate, field, get, type Run, refuse } from './run.ts';
import { type Section, sectionAt, sections } from './sections.ts';
import { notWrapped } from './severable.ts';
import { enter, enterAt, goTo, isDefinite, isMajor, major, nextHead, open, skipItem } from './walk.ts';

/** Sequences and branch lists that may be open at once. */
const maxDepth = 32;
/** suit-reporting-bits, draft §8.4.7. */
const maxPolicy = 15;
const nil = 22;
const nilByte = 0xf6;

export function checkSequences(run: Run): boolean {
  for (const section of sections) {
    const at = sectionAt(run, section);
    if (at !== 0 && !checkSection(run, section, at)) return false;
  }
  return true;
}

function checkSection(run: Run, section: Section, at: number): boolean {
  const mark = run.arena.top;
  if (!enterAt(run, at, notWrapped(run, at)) || !pushSequence(run, mark)) return false;
  if (!beginsWithIndex(run)) return false;
  while (run.arena.top > mark) {
    const level = run.arena.top / 4 - 1;
    const { words } = run.arena;
    const missing = words[level]!;
    if (missing === 0) {
      run.arena.release(run.arena.top - 4);
      continue;
    }
    // A sequence counts down its commands; a list of branches counts up to 0.
    words[level] = missing > 0 ? missing - 1 : missing + 1;
    const isFine = missing > 0 ? checkCommand(run, section, mark) : checkBranch(run, missing === -1, mark);
    if (!isFine) return false;
  }
  return true;
}

/** draft §6.2: with more than one component, each sequence begins with set-component-index. */
function beginsWithIndex(run: Run): boolean {
  const { parser } = run;
  const start = parser.position;
  const isEmpty = run.arena.words[run.arena.top / 4 - 1] === 0;
  if (get(run, field.componentCount) < 2 || isEmpty) return true;
  if (!nextHead(run)) return false;
  const begins = parser.major === major.uint && parser.argumentLow === commandCode.setComponentIndex;
  const isNumber = parser.major === major.uint || parser.major === major.nint;
  goTo(run, start);
  // What is no command code at all is refused as that, further down.
  return begins || !isNumber || refuse(run, 'index-missing');
}

/** Reads the array's head and pushes a level for its commands. */
function pushSequence(run: Run, mark: number): boolean {
  const items = open(run, major.array, 'command-malformed');
  if (items < 0) return false;
  return items % 2 === 0 ? push(run, items / 2, mark) : refuse(run, 'command-malformed');
}

function push(run: Run, missing: number, mark: number): boolean {
  if ((run.arena.top - mark) / 4 >= maxDepth) return refuse(run, 'limit-depth');
  const level = allocate(run, 4);
  if (level < 0) return false;
  run.arena.words[level / 4] = missing;
  return true;
}

function checkCommand(run: Run, section: Section, mark: number): boolean {
  if (!nextHead(run)) return false;
  const { parser } = run;
  if (parser.major === major.nint) return checkCustom(run, section);
  if (!isMajor(run, major.uint, 'command-malformed')) return false;
  const code = parser.argumentHigh === 0 ? parser.argumentLow : -1;
  const argument = argumentOf(code);
  // Whether the recipient has a command is asked where it is run (draft §6.1: "encountered").
  if (argument === undefined) return skipItem(run);
  if (section === field.shared && !isAllowedInShared(code)) return refuse(run, 'command-forbidden');
  switch (argument) {
    case 'policy':
      return checkPolicy(run);
    case 'index':
      return checkIndex(run);
    case 'parameters':
      return checkParameters(run, section);
    case 'sequence':
      return nextHead(run) && enter(run, 'command-malformed') && pushSequence(run, mark);
    case 'sequences':
      return pushBranches(run, mark);
  }
}

/** draft §6.2: custom commands are not for the shared sequence. */
function checkCustom(run: Run, section: Section): boolean {
  return section === field.shared ? refuse(run, 'command-forbidden') : skipItem(run);
}

function checkPolicy(run: Run): boolean {
  if (!nextHead(run) || !isMajor(run, major.uint, 'command-malformed')) return false;
  const { argumentHigh, argumentLow } = run.parser;
  return (argumentHigh === 0 && argumentLow <= maxPolicy) || refuse(run, 'command-malformed');
}

function pushBranches(run: Run, mark: number): boolean {
  const count = open(run, major.array, 'command-malformed');
  if (count < 0) return false;
  // draft §8.4.10.2, appendix A: there is something to try; nil comes last, and not alone.
  const isNilAlone = count === 1 && run.bytes[run.parser.position] === nilByte;
  return count > 0 && !isNilAlone ? push(run, -count, mark) : refuse(run, 'command-malformed');
}

function checkBranch(run: Run, isLast: boolean, mark: number): boolean {
  if (!nextHead(run)) return false;
  const { parser } = run;
  if (parser.major === major.simple && parser.info === nil) return isLast || refuse(run, 'command-malformed');
  if (!isDefinite(run, major.bstr, 'command-malformed')) return false;
  return enter(run, 'command-malformed') && pushSequence(run, mark);
}
