/**
 * What a command is taken to claim: what its template can tell it and its mapping can read of it, and what the config
 * adds.
 *
 * @module
 */
import { basename } from 'node:path';
import { BenchError } from '../../bench-error.ts';
import { algorithmById } from '../../cose/algorithms.ts';
import { type Level, levels, reaches } from '../../device/delivery.ts';
import { commandCode, commands, parameters } from '../../suit/registry.ts';
import type { Claims } from '../verifier.ts';
import type { CompiledMapping } from './command-mapping.ts';
import { holdsSlots, tellsAll } from './command-places.ts';
import type { Place } from './command-template.ts';

export interface ClaimsOptions {
  readonly program: string;
  readonly places: readonly Place[];
  readonly mapping: CompiledMapping;
  readonly level: Level;
  readonly given: Partial<Claims>;
  readonly isFixed: boolean;
}

/** Throws BenchError `verifier-command` where more is claimed than the command line can tell the verifier. */
export function claimsOfCommand(options: ClaimsOptions): Claims {
  const { program, places, mapping, level, given, isFixed } = options;
  const has = (name: string): boolean => places.some((place) => place.name === name);
  const isRead = (field: string): boolean => mapping.fills.has(field);
  const reports: Claims['reports'] = [
    ...(isRead('stage') || isRead('reason') ? (['stage', 'reason'] as const) : []),
    ...(isRead('sequence') ? (['sequence'] as const) : []),
    ...(holdsSlots(places) && reaches(level, 'installed') ? (['components'] as const) : []),
    ...(isRead('effect') ? (['effects'] as const) : []),
  ];
  // From this level on a boot looks at what the components hold.
  const isBlind = reaches(level, 'installed') && !holdsSlots(places) && !isFixed;
  const boots = tellsAll(places) || (has('event') && !isBlind);
  // What only runs at a level that it is told no device id for, it cannot be asked.
  const isTold = !reaches(level, 'applicable') || has('device-id') || tellsAll(places) || isFixed;
  const knows = ({ code }: { readonly code: number }): boolean =>
    isTold || code !== commandCode.deviceIdentifier;
  const claims: Claims = {
    name: basename(program),
    version: '0',
    revisions: ['37'],
    levels: levels.slice(0, levels.indexOf(level) + 1),
    events: boots ? ['update', 'boot'] : ['update'],
    commands: commands.filter(knows).map((row) => row.code),
    parameters: parameters.map((row) => row.code),
    algorithms: [-7],
    digests: [-16],
    structures: ['sign1'],
    extensions: [],
    reports,
    keepsState: false,
    ...given,
  };
  demandTold(claims, options);
  return claims;
}

function demandTold(claims: Claims, { places, mapping, isFixed }: ClaimsOptions): void {
  const has = (...names: readonly string[]): boolean => places.some(({ name }) => names.includes(name));
  const highest =
    claims.levels.toSorted((a, b) => levels.indexOf(a) - levels.indexOf(b)).at(-1) ?? 'authenticated';
  const lacks = (what: string, remedy: string): never => {
    throw new BenchError('verifier-command', `${what}; ${remedy}`);
  };
  if (claims.keepsState && !has('state-dir') && !mapping.fills.has('sequence'))
    lacks(
      'keepsState is claimed',
      'give it {state-dir}, or read the new number from its output with a group named sequence',
    );
  if (claims.reports.includes('effects') && !mapping.effects.has('authenticated'))
    lacks(
      'effects are read from its output',
      'add the rule that tells when authentication has succeeded, with effect authenticated',
    );
  if (tellsAll(places)) return;
  if ((claims.extras ?? []).length > 0) lacks('extras are claimed', 'give it {recipient} and {delivery}');
  if (isFixed) return;
  const forms = places.flatMap((place) => (/^anchors?$/.test(place.name) ? [place.form ?? 'pem'] : []));
  if (forms.length === 0) lacks('it is not told the trust anchor', 'give it {anchor}');
  const kinds = claims.algorithms.map((id) => algorithmById(id)?.kty);
  if (
    new Set(kinds).size < kinds.length &&
    !forms.some((form) => form === 'jwk' || form === 'cose') &&
    !has('algorithm')
  )
    lacks(
      'two algorithms of one kind of key are claimed, and a PEM does not say which of them a key is for',
      'use {anchor:jwk} or {anchor:cose}, or add {algorithm}',
    );
  if (
    reaches(highest, 'applicable') &&
    !(has('sequence', 'state-dir') && has('vendor-id') && has('class-id'))
  )
    lacks(
      `level ${highest} is claimed, and it is not told the sequence number and ids of the device`,
      'give it {sequence}, {vendor-id} and {class-id}, or {recipient} and {delivery}, or claim level authenticated',
    );
  if (reaches(highest, 'installed') && !has('payload', 'payload-dir', 'payload-file'))
    lacks(
      `level ${highest} is claimed, and it is not told the payloads`,
      'give it {payload-dir} or {payload-uri}={payload-file}',
    );
}
