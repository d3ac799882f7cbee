/**
 * The component table in the arena: which of the recipient's components each index means, and its parameters
 * (draft §6.2, §8.4.5.1, §8.4.8).
 *
 * A parameter is kept as the offset of its value in the delivery, four bytes whatever its size.
 *
 * @module
 */

import { parameterKey } from '../../suit/registry.ts';
import { allocate, field, get, type Run, refuse, set } from './run.ts';
import { goTo, isDefinite, major, nextHead, open, spanEquals } from './walk.ts';

/** Parameters that a command here reads, in the order of their words in the table. */
const kept: readonly number[] = [
  parameterKey.vendorIdentifier,
  parameterKey.classIdentifier,
  parameterKey.deviceIdentifier,
  parameterKey.imageDigest,
  parameterKey.imageSize,
  parameterKey.componentSlot,
  parameterKey.content,
  parameterKey.uri,
  parameterKey.sourceComponent,
  parameterKey.invokeArguments,
];

/** The recipient's index, the marks, then the parameters kept: the draft's, and those of the recipient's own commands. */
function wordsEach({ recipient }: Run): number {
  return 2 + kept.length + (recipient.capabilities.custom?.length ?? 0);
}

export function readComponents(run: Run): boolean {
  const list = get(run, field.components);
  // Appendix A lets the list be left out; then no command has anything to act on.
  if (list === 0) return true;
  goTo(run, list);
  const count = open(run, major.array, 'manifest-structure');
  if (count < 0) return false;
  if (count === 0) return refuse(run, 'manifest-structure');
  // draft §6.2: not more than the target has; so the table is bounded by the recipient, not by the manifest.
  if (count > run.recipient.components.length) return refuse(run, 'component-count');
  const width = wordsEach(run);
  const table = allocate(run, count * width * 4);
  if (table < 0) return false;
  set(run, field.componentTable, table);
  set(run, field.componentCount, count);
  for (let i = 0; i < count; i++) {
    const at = run.parser.position;
    const found = findComponent(run, at);
    if (found < 0) return false;
    for (let j = 0; j < i; j++) {
      if (recipientIndex(run, j) === found) return refuse(run, 'manifest-structure', at);
    }
    const row = table / 4 + i * width;
    run.arena.words[row] = found;
    // draft §6.1: the manifest processor begins without any leaked data.
    run.arena.words.fill(0, row + 1, row + width);
  }
  return true;
}

/** The index in the recipient's list of the manifest's component. */
export function recipientIndex(run: Run, component: number): number {
  return run.arena.words[rowOf(run, component)]!;
}

/** Is the identifier at this byte one of the manifest's components? Refuses where it is not. */
export function isListed(run: Run, at: number): boolean {
  const count = get(run, field.componentCount);
  for (let i = 0; i < count; i++) {
    goTo(run, at);
    const { identifier } = run.recipient.components[recipientIndex(run, i)]!;
    const isMatch = isIdentifier(run, identifier);
    if (isMatch !== false) return isMatch === true;
  }
  return refuse(run, 'manifest-structure', at);
}

/** The word with the component's marks (`marks.ts`), as an index into the arena's words. */
export function marksOf(run: Run, component: number): number {
  return rowOf(run, component) + 1;
}

/** Where the parameter's value is; 0: not set. */
export function parameterOf(run: Run, component: number, key: number): number {
  return run.arena.words[rowOf(run, component) + columnOf(run, key)]!;
}

/** Does nothing for parameters that no command here reads. */
export function setParameter(run: Run, component: number, key: number, valueAt: number): void {
  const column = columnOf(run, key);
  if (column > 0) run.arena.words[rowOf(run, component) + column] = valueAt;
}

function rowOf(run: Run, component: number): number {
  return get(run, field.componentTable) / 4 + component * wordsEach(run);
}

/** 0: the parameter is not kept. */
function columnOf({ recipient }: Run, key: number): number {
  const place = kept.indexOf(key);
  if (place >= 0) return 2 + place;
  const own = recipient.capabilities.custom?.findIndex(({ parameter }) => parameter === key) ?? -1;
  return own < 0 ? 0 : 2 + kept.length + own;
}

/** Reads one identifier; the recipient's component with it, -1 after a refusal. The parser stands after it. */
function findComponent(run: Run, at: number): number {
  const { components } = run.recipient;
  for (let i = 0; i < components.length; i++) {
    goTo(run, at);
    const isMatch = isIdentifier(run, components[i]!.identifier);
    if (isMatch === undefined) return -1;
    if (isMatch) return i;
  }
  refuse(run, 'component-unsupported', at);
  return -1;
}

/** Undefined after a refusal. */
function isIdentifier(run: Run, identifier: readonly Uint8Array[]): boolean | undefined {
  const count = open(run, major.array, 'manifest-structure');
  if (count < 0) return undefined;
  let isSame = count === identifier.length;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run) || !isDefinite(run, major.bstr, 'manifest-structure')) return undefined;
    const { contentStart, contentEnd } = run.parser;
    isSame &&= spanEquals(run, contentStart, contentEnd, identifier[i]!);
  }
  return isSame;
}
