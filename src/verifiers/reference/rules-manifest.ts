/**
 * Rules for the manifest as a whole: version, rollback, components, severed elements, sections
 * (draft §6.1, §6.2, §8.4).
 *
 * @module
 */
import { equalBytes } from '../../cbor/hex.ts';
import type { Item } from '../../cbor/item.ts';
import type { DeliveryEvent } from '../../device/delivery.ts';
import type { Component } from '../../device/recipient.ts';
import type { ComponentIdentifier } from '../../suit/model.ts';
import type { Reason } from '../../suit/stage.ts';
import type { Ok } from './rules-encoding.ts';

export type Section = 'shared' | 'payloadFetch' | 'install' | 'validate' | 'load' | 'invoke';

/** Where an element is to be taken from, or that it is not there. */
export type Severing = 'inline' | 'envelope' | 'absent';

export const manifestRules = {
  /** Draft §6.1, §8.4.1: version 1, and nothing else. */
  acceptsVersion(version: bigint | undefined): Ok {
    return version === 1n ? true : 'version-unsupported';
  },

  /** Draft §8.4.2: lower than the current number is refused; equal is needed for every boot. */
  acceptsSequence(installed: bigint | undefined, offered: bigint, _context: { event: DeliveryEvent }): Ok {
    return installed === undefined || offered >= installed ? true : 'sequence-rollback';
  },

  /** Draft §6.1: of several manifests the latest first; below zero: the first of the two. */
  preference(a: bigint, b: bigint): number {
    if (a === b) return 0;
    return a > b ? -1 : 1;
  },

  /** Draft §8.4.2: the number kept after a successful update. */
  committed(_stored: bigint | undefined, offered: bigint): bigint | undefined {
    return offered;
  },

  /** Draft §6.3, §8.4.2: what was checked against a state that another update has changed since is not kept. */
  undisturbed(own: number, latest: number): Ok {
    return own === latest ? true : 'state-conflict';
  },

  /** Draft §6.2: not more components than the target has. */
  componentsFit(listed: number, present: number): Ok {
    return listed <= present ? true : 'component-count';
  },

  /** Draft §8.4.5.1: the recipient's component of that identifier. */
  componentOf(identifier: ComponentIdentifier, components: readonly Component[]): number | undefined {
    const found = components.findIndex(
      ({ identifier: own }) =>
        own.length === identifier.length &&
        own.every((part, i) => equalBytes(part, identifier[i] as Uint8Array)),
    );
    return found < 0 ? undefined : found;
  },

  /** Draft §8.4.12, §8.6: an envelope's element counts only where the manifest has its digest, and matches it. */
  severed(inManifest: Item | undefined, inEnvelope: Item | undefined, matches: boolean): Severing | Reason {
    if (inManifest?.kind !== 'array') {
      if (inEnvelope !== undefined) return 'severed-unlisted';
      return inManifest === undefined ? 'absent' : 'inline';
    }
    if (inEnvelope === undefined) return 'absent';
    return matches ? 'envelope' : 'severed-mismatch';
  },

  /** Draft §6.3: a procedure that needs an element which was severed and is gone cannot succeed. */
  needed(severing: Severing, listed: boolean, section: Section, sections: readonly Section[]): Ok {
    return severing === 'absent' && listed && sections.includes(section) ? 'severed-missing' : true;
  },

  /** Draft §8.4.6: goals 1, 2, 3 form the Update Procedure, goals 3, 4, 5 the Invocation Procedure. */
  sections(event: DeliveryEvent): readonly Section[] {
    return event === 'update' ? ['payloadFetch', 'install', 'validate'] : ['validate', 'load', 'invoke'];
  },

  /** Draft §8.4.5: the shared sequence runs before every other one. */
  sharedRuns(_section: Section, _earlier: number): boolean {
    return true;
  },

  /** Draft §4.2, §6.2: the shared sequence has checked vendor and class before anything else is done. */
  compatible(checked: ReadonlySet<number>): Ok {
    if (!checked.has(1)) return 'vendor-mismatch';
    return checked.has(2) ? true : 'class-mismatch';
  },
};
