/**
 * What a verifier claims against what a case needs: what is not claimed is skipped, never guessed.
 *
 * @module
 */
import { extrasOf, type Level, levels, lowerLevel } from '../device/delivery.ts';
import { extensionsOf } from '../device/recipient.ts';
import type { Needs, Run } from '../scenarios/scenario.ts';
import type { Claims } from '../verifiers/verifier.ts';

/** The needs that are not claimed, in words; empty: the case can be run. */
export function unclaimed(claims: Claims, needs: Needs): string[] {
  const missing: string[] = [];
  const check = <T>(what: string, wanted: readonly T[], claimed: readonly T[]): void => {
    const lacking = wanted.filter((one) => !claimed.includes(one));
    if (lacking.length > 0) missing.push(`${what} ${lacking.join(', ')}`);
  };
  check('draft revision', [needs.revision], claims.revisions);
  check('event', needs.events, claims.events);
  check('command', needs.commands, claims.commands);
  check('parameter', needs.parameters, claims.parameters);
  check('algorithm', needs.algorithms, claims.algorithms);
  check('digest', needs.digests, claims.digests);
  check('structure', needs.structures, claims.structures);
  check('extension', needs.extensions ?? [], claims.extensions);
  return missing;
}

const recipientsWith = 'recipients with ';

/** Whether the words name an extension, which a verifier need not have. */
export function isExtensionNeed(words: string): boolean {
  return words.startsWith('extension ') || words.startsWith(recipientsWith);
}

/** What the deliveries and recipients of these runs have that the verifier does not claim to honour, in words. */
export function unclaimedExtras(claims: Claims, runs: readonly Run[]): string[] {
  const wanted = new Set(runs.flatMap(({ steps }) => steps.flatMap(({ delivery }) => extrasOf(delivery))));
  const recipients = runs.flatMap(({ recipient, steps }) => [
    recipient,
    ...steps.flatMap(({ on }) => on ?? []),
  ]);
  const extensions = new Set(recipients.flatMap(extensionsOf));
  return [
    ...[...wanted].filter((one) => !claims.extras?.includes(one)).map((one) => `deliveries with ${one}`),
    ...[...extensions]
      .filter((one) => !claims.extensions.includes(one))
      .map((one) => `${recipientsWith}${one}`),
  ];
}

export function highestClaimed(claims: Claims): Level {
  return levels.findLast((level) => claims.levels.includes(level)) ?? 'authenticated';
}

/** The highest level that is both claimed and reachable with the payloads at hand. */
export function judgedLevel(reachable: Level, claims: Claims): Level {
  return lowerLevel(reachable, highestClaimed(claims));
}
