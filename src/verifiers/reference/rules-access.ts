/**
 * Rules of access control: what the authority of those who signed extends to (draft §6.2, §9; RFC 9124 §4.3.13).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import type { Right, TrustAnchor } from '../../device/recipient.ts';
import type { ComponentIdentifier } from '../../suit/model.ts';
import type { Ok } from './rules-encoding.ts';

/** What a manifest is about to do with a component. */
export interface Use {
  readonly of: 'command' | 'parameter';
  readonly code: number;
  /** The component is only read: a copy or swap takes from it. */
  readonly reads?: true;
}

export const accessRules = {
  /**
   * RFC 9124 §4.3.11, §4.3.13: the rights of all authors who signed, together. One who qualifies a manifest does not
   * widen what its author may do. undefined: everything.
   */
  granted(signed: readonly TrustAnchor[], _trusted: readonly TrustAnchor[]): readonly Right[] | undefined {
    const authors = signed.filter(({ roles }) => roles.includes('author'));
    const counted = authors.length > 0 ? authors : signed;
    if (counted.some(({ rights }) => rights === undefined)) return undefined;
    return counted.flatMap(({ rights = [] }) => rights);
  },

  /** Draft §9: a prefix is a number of whole parts, from the first on. */
  isUnder(prefix: ComponentIdentifier, identifier: ComponentIdentifier): boolean {
    return (
      prefix.length <= identifier.length &&
      prefix.every((part, i) => equalBytes(part, identifier[i] as Uint8Array))
    );
  },

  /**
   * Draft §9: a directive needs a right on its component, and one that lists it where rights list commands. What is
   * set for a component outside of all rights is of no use but to conditions, which anyone may use.
   */
  mayUse(there: readonly Right[], use: Use): Ok {
    if (use.of === 'parameter') {
      const isListed = ({ parameters }: Right) => parameters?.includes(use.code) ?? true;
      return there.length === 0 || there.some(isListed) ? true : 'acl-parameter';
    }
    if (there.length === 0) return 'acl-component';
    return there.some(({ commands }) => commands?.includes(use.code) ?? true) ? true : 'acl-command';
  },

  /** Draft §6.2: an update that specifies one component of a set specifies all of them. */
  coversSet(specified: ReadonlySet<number>, set: readonly number[]): Ok {
    const count = set.filter((component) => specified.has(component)).length;
    return count === 0 || count === set.length ? true : 'component-set';
  },
};
