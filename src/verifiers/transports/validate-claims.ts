/**
 * From an unknown value to a verifier's claims. The result is built anew from the known fields.
 *
 * @module
 */
import { extras, levels } from '../../device/delivery.ts';
import type { Claims } from '../verifier.ts';
import { asInteger, asList, asMember, asObject, asText, type Checked, check, wrong } from './check-value.ts';

const events = ['update', 'boot'] as const;
const structures = ['sign1', 'mac0', 'sign', 'mac'] as const;
const reports = ['stage', 'reason', 'sequence', 'components', 'effects', 'cost'] as const;
const listLimit = 1_000;
const nameLimit = 200;

export function validateClaims(value: unknown): Checked<Claims> {
  return check(() => claims(value));
}

function claims(value: unknown): Claims {
  const fields = asObject(value, 'claims');
  const listOf = <T>(key: string, one: (value: unknown, field: string) => T): readonly T[] =>
    asList(fields[key], key, listLimit).map((element, i) => one(element, `${key}[${i}]`));
  const name = asText(fields.name, 'name', nameLimit);
  if (name.trim() === '') wrong('name', 'a name', name);
  return {
    name,
    version: asText(fields.version, 'version', nameLimit),
    revisions: listOf('revisions', short),
    levels: listOf('levels', (v, f) => asMember(v, f, levels)),
    events: listOf('events', (v, f) => asMember(v, f, events)),
    commands: listOf('commands', asInteger),
    parameters: listOf('parameters', asInteger),
    algorithms: listOf('algorithms', asInteger),
    digests: listOf('digests', asInteger),
    structures: listOf('structures', (v, f) => asMember(v, f, structures)),
    extensions: listOf('extensions', short),
    ...(fields.extras !== undefined && { extras: listOf('extras', (v, f) => asMember(v, f, extras)) }),
    reports: listOf('reports', (v, f) => asMember(v, f, reports)),
    keepsState:
      typeof fields.keepsState === 'boolean'
        ? fields.keepsState
        : wrong('keepsState', 'a boolean', fields.keepsState),
  };
}

function short(value: unknown, field: string): string {
  return asText(value, field, nameLimit);
}
