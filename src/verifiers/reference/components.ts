/**
 * The component list, and which of the recipient's components each of its entries is (draft §6.2, §8.4.5).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import type { Item } from '../../cbor/item.ts';
import type { ComponentIdentifier } from '../../suit/model.ts';
import { bad, good, type Problem, type Result } from '../../suit/problem.ts';
import { commonKey } from '../../suit/registry.ts';
import { commonOf } from './manifest.ts';
import type { Work } from './work.ts';

export function checkComponents(work: Work): Problem | undefined {
  const common = commonOf(work);
  if ('reason' in common) return common;
  const list = work.rules.member(common, commonKey.components, 'execute');
  // Draft §8.4.5 wants it implemented, appendix A lets it be left out: then no command has anything to act on.
  const identifiers = list === undefined ? good([]) : readIdentifiers(list);
  if (!identifiers.ok) return identifiers.problem;

  const present = work.device.recipient.components;
  const count = identifiers.value.length;
  const fits = work.rules.componentsFit(count, present.length);
  if (fits !== true) return bad(fits, `${count} components`, list).problem;
  work.identifiers = identifiers.value;
  work.components = identifiers.value.map((identifier) => work.rules.componentOf(identifier, present));
  return undefined;
}

function readIdentifiers(list: Item): Result<readonly ComponentIdentifier[]> {
  if (list.kind !== 'array' || list.items.length === 0) {
    return bad('manifest-structure', 'the component list is not a list of at least one', list);
  }
  const identifiers: ComponentIdentifier[] = [];
  for (const item of list.items) {
    const parts = identifierOf(item);
    if (parts === undefined) {
      return bad('manifest-structure', 'a component identifier is not a list of byte strings', item);
    }
    // Two indices for one component would let a check of one be taken for a check of the other.
    if (identifiers.some((other) => sameIdentifier(other, parts))) {
      return bad('manifest-structure', 'a component is listed twice', item);
    }
    identifiers.push(parts);
  }
  return good(identifiers);
}

/** SUIT_Component_Identifier; undefined: it is none. */
export function identifierOf(item: Item): ComponentIdentifier | undefined {
  if (item.kind !== 'array') return undefined;
  const parts: Uint8Array[] = [];
  for (const part of item.items) {
    if (part.kind !== 'bstr') return undefined;
    parts.push(part.bytes);
  }
  return parts;
}

export function sameIdentifier(a: ComponentIdentifier, b: ComponentIdentifier): boolean {
  return a.length === b.length && a.every((part, i) => equalBytes(part, b[i] as Uint8Array));
}
