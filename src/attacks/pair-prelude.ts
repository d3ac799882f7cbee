/**
 * Preludes: commands at the beginning of install on two components that install then replaces, so that what they do
 * there is seen only by the conditions among them.
 *
 * @module
 */
import { bstr } from '../cbor/item.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { commandCode as code } from '../suit/registry.ts';
import type { Attacked, Expectation } from './attack.ts';
import { type Commands, command, componentItems, override, select } from './command-items.ts';
import { insert } from './twin.ts';

/** Contents that no scenario has. */
export const contentA = Uint8Array.of(0xaa, 0x0a, 0xaa, 0x0a, 0xaa, 0x0a, 0xaa, 0x01);
export const contentB = Uint8Array.of(0xbb, 0x0b, 0xbb, 0x0b, 0xbb, 0x0b, 0xbb, 0x02);

export interface Pair {
  /** Manifest indices. */
  readonly a: number;
  readonly b: number;
  /** Selects both, in this order; undefined: neither an array nor true can, on this recipient. */
  select(order: 'listed' | 'reverse'): Commands | undefined;
}

/** Two components whose content is known to end with what install puts there; undefined: there are none. */
export function pairOf(scenario: Scenario): Pair | undefined {
  const [first, second] = replaced(scenario);
  if (first === undefined || second === undefined) return undefined;
  const [a, b] = [Math.min(first, second), Math.max(first, second)];
  return {
    a,
    b,
    select(order) {
      // Arrays are mandatory for a recipient of three components and more, true for one of two (draft §6.5).
      if (scenario.recipient.components.length >= 3) return select(order === 'listed' ? [a, b] : [b, a]);
      return order === 'listed' && componentItems(scenario.release).length === 2 ? select(true) : undefined;
    },
  };
}

/** Manifest indices of the components that install fills, and whose whole content can be compared. */
function replaced(scenario: Scenario): readonly number[] {
  if (scenario.needs.commands.includes(code.swap)) return [];
  return scenario.images
    .filter(({ recipientComponent: at }) => scenario.recipient.components[at]?.storage === 'variable')
    .map(({ component }) => component);
}

export function writing(index: number, content: Uint8Array): Commands {
  return [...select(index), ...override({ content: bstr(content) }), ...command(code.write)];
}

export function checking(index: number, content: Uint8Array): Commands {
  return [...select(index), ...override({ content: bstr(content) }), ...command(code.checkContent)];
}

export function prelude(
  scenario: Scenario,
  commands: Commands,
  options: { readonly expect?: Expectation } = {},
): Attacked | undefined {
  return insert(scenario, [{ section: 'install', at: 'start', commands }], { event: 'update', ...options });
}
