/**
 * Attacks on try-each: which branch runs, and what ends it (draft §6.4, §8.4.10.2).
 *
 * @module
 */
import fc from 'fast-check';
import { bstr, int, tstr } from '../cbor/item.ts';
import { manifest } from '../suit/clause.ts';
import { commandCode as code, parameterKey } from '../suit/registry.ts';
import type { AnyAttack, Attack } from './attack.ts';
import {
  type Commands,
  command,
  componentItems,
  override,
  passing,
  runSequence,
  select,
  soft,
  tryEach,
} from './command-items.ts';
import { mustAccept, mustReject } from './expectation.ts';
import { insert } from './twin.ts';

const common = { group: 'J', family: 'commands', by: 'author', threats: [], violates: [] } as const;

/** What the later branches would write; no scenario has it. */
const marker = Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0x0f, 0xf1, 0xce, 0x11);

/** Gives a try-each whose first branch passes more branches that would, and that write. */
export const firstWins: Attack<{ more: number }> = {
  ...common,
  id: 'try.first-wins',
  handle: 'J14',
  change: 'add a try-each of which several branches would pass, the later ones with effects',
  violates: ['REQ.USE.IMG.SELECT'],
  expects: [mustAccept(manifest('8.4.10.2'))],
  on: { features: ['network', 'update'] },
  choice: fc.record({ more: fc.integer({ min: 1, max: 3 }) }),
  apply(scenario, { more }) {
    const target = scenario.images[0]?.component;
    const passes = passing(scenario.release);
    if (target === undefined || passes === undefined) return undefined;
    const writes = [...select(target), ...command(code.write)];
    const branches = [passes, ...Array.from({ length: more }, () => writes)];
    const commands = [
      ...select(target),
      ...override({ content: bstr(marker) }),
      ...select(target),
      ...tryEach(...branches),
    ];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

/** A directive fails in the first branch of a try-each whose second branch is good. */
export const directiveFails: Attack<{ directive: 'fetch' | 'copy' | 'write'; inRun: boolean }> = {
  ...common,
  id: 'try.directive-fails',
  handle: 'J17',
  change: 'let a directive fail in the first branch of a try-each whose second branch is good',
  threats: ['THREAT.NET.ONPATH'],
  expects: [mustReject(['directive-failed', 'fetch-failed', 'source-missing'], manifest('6.4'))],
  on: { features: ['network', 'update'] },
  choice: fc.record({ directive: fc.constantFrom('fetch', 'copy', 'write'), inRun: fc.boolean() }),
  apply(scenario, { directive, inRun }) {
    const target = scenario.images[0]?.component;
    const passes = passing(scenario.release);
    if (target === undefined || passes === undefined) return undefined;
    // A write fails for want of its content.
    if (directive === 'write' && scenario.needs.parameters.includes(parameterKey.content)) return undefined;
    const failing: Readonly<Record<typeof directive, Commands>> = {
      fetch: [...override({ uri: tstr(missingUri(scenario.images[0]?.uri ?? '')) }), ...command(code.fetch)],
      copy: [
        ...override({ sourceComponent: int(componentItems(scenario.release).length) }),
        ...command(code.copy),
      ],
      write: command(code.write),
    };
    const fails = inRun
      ? runSequence([...select(target), ...soft(true), ...failing[directive]])
      : failing[directive];
    const branches = tryEach([...select(target), ...fails], passes);
    const commands = [...select(target), ...branches];
    return insert(scenario, [{ section: 'install', commands }], { event: 'update' });
  },
};

export const tryEachAttacks: readonly AnyAttack[] = [firstWins, directiveFails];

/** A URI of the scheme that is in use, which no network answers. */
export function missingUri(uri: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(uri)?.[0] ?? 'https';
  return `${scheme}://example.com/not-there.bin`;
}
