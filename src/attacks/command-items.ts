/**
 * Command sequences as items, the way attacks write them: flat lists of codes and arguments (draft §8.4.6).
 *
 * @module
 */
import {
  array,
  bool,
  type Entry,
  type Item,
  int,
  isInt,
  map,
  nil,
  tstr,
  valueAt,
  wrapped,
} from '../cbor/item.ts';
import { sortEntries } from '../cbor/order.ts';
import { commonOf, sequenceOf, setMember, withCommon } from '../suit/edit.ts';
import type { EnvelopeParts } from '../suit/parts.ts';
import { commandCode as code, commonKey, parameterKey } from '../suit/registry.ts';

/** Codes and arguments in turn. */
export type Commands = readonly Item[];

/** A condition, or a directive without an argument block. */
export function command(number: number, policy = 15): Commands {
  return [int(number), int(policy)];
}

export function select(index: number | true | readonly number[]): Commands {
  const argument =
    index === true ? bool(true) : typeof index === 'number' ? int(index) : array(...index.map((i) => int(i)));
  return [int(code.setComponentIndex), argument];
}

export type ParameterItems = { readonly [Name in keyof typeof parameterKey]?: Item };

export function override(parameters: ParameterItems): Commands {
  const entries = Object.entries(parameters).map(
    ([name, value]): Entry => [int(parameterKey[name as keyof typeof parameterKey]), value],
  );
  return [int(code.overrideParameters), sortEntries(map(...entries))];
}

/** `null` is the branch that always succeeds. */
export function tryEach(...branches: readonly (Commands | null)[]): Commands {
  return [int(code.tryEach), array(...branches.map((branch) => (branch ? wrapped(array(...branch)) : nil)))];
}

export function runSequence(commands: Commands): Commands {
  return [int(code.runSequence), wrapped(array(...commands))];
}

export function soft(value: boolean): Commands {
  return override({ softFailure: bool(value) });
}

/** A condition that always fails. */
export const fails: Commands = command(code.abort);

/** A parameter that nothing of a scenario reads at this place: setting it changes nothing. */
export const unread: Commands = override({ uri: tstr('https://vendor.example/unused') });

/** The component identifiers of a manifest, as items. */
export function componentItems(parts: EnvelopeParts): readonly Item[] {
  const common = commonOf(parts.manifest);
  const listed = common && valueAt(common, commonKey.components);
  return listed?.kind === 'array' ? listed.items : [];
}

/** The release with another component list. */
export function withComponents(parts: EnvelopeParts, components: readonly Item[]): EnvelopeParts {
  const manifest = withCommon(parts.manifest, (common) =>
    setMember(common, commonKey.components, array(...components)),
  );
  return { ...parts, manifest };
}

/** The vendor check that the shared sequence makes at its top level, with its index: it holds in every section. */
export function passing(parts: EnvelopeParts): Commands | undefined {
  const items = sequenceOf(parts, 'shared')?.items ?? [];
  let selected = componentItems(parts).length === 1 ? 0 : undefined;
  for (let i = 0; i + 1 < items.length; i += 2) {
    const [number, argument] = [items[i] as Item, items[i + 1] as Item];
    if (isInt(number, code.setComponentIndex)) selected = firstOf(argument);
    if (isInt(number, code.vendorIdentifier) && selected !== undefined)
      return [...select(selected), ...command(code.vendorIdentifier)];
  }
  return undefined;
}

/** The first component that an index selects. */
function firstOf(index: Item): number | undefined {
  const first = index.kind === 'array' ? index.items[0] : index;
  if (first?.kind === 'simple') return first.value === 21 ? 0 : undefined;
  return first?.kind === 'uint' ? Number(first.value) : undefined;
}
