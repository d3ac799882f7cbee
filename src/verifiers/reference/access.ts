/**
 * Access control while a procedure runs: before a directive or a parameter touches a component (draft §9).
 *
 * @module
 */
import { aborted, type Failure, type Machine } from './machine.ts';
import type { Use } from './rules-access.ts';
import { unless, type Work } from './work.ts';

/** Why those who signed may not do this to the manifest's component `index`; undefined: they may. */
export function denied({ work }: Machine, use: Use, index: number): Failure | undefined {
  const { rights, rules, identifiers } = work;
  if (rights === undefined) return undefined;
  const there = rights.filter(({ prefix }) => rules.isUnder(prefix, identifiers[index] ?? []));
  const may = rules.mayUse(there, use);
  return may === true ? undefined : aborted(may, `${use.of} ${use.code} on component ${index}`);
}

/** Draft §6.2: what the update wrote, or matched because it was there already, is all of a set or nothing of it. */
export function incompleteSet(work: Work, validated: ReadonlySet<number>): ReturnType<typeof unless> {
  const sets = work.device.recipient.componentSets ?? [];
  if (sets.length === 0 || work.delivery.event !== 'update') return undefined;
  const written = work.effects.flatMap((effect) =>
    effect.kind === 'write' || effect.kind === 'copy' || effect.kind === 'swap' ? [effect.component] : [],
  );
  const specified = new Set([...validated, ...written]);
  const refused = sets.map((set) => work.rules.coversSet(specified, set)).find((one) => one !== true);
  return unless(refused ?? true, 'the update is for a part of a component set');
}
