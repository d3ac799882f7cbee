/**
 * JSON Schemas of docs/schemas, compiled once each, with one sentence for what a value has wrong.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type SchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { BenchError } from './bench-error.ts';
import { packageRoot } from './package-root.ts';

export interface CompiledSchema {
  /** Undefined: the value is valid. */
  check(value: unknown): string | undefined;
  /** Names under the top-level `properties`. */
  readonly properties: ReadonlySet<string>;
}

const compiled = new Map<string, CompiledSchema>();

/** The schema docs/schemas/NAME.schema.json. */
export function jsonSchema(name: string): CompiledSchema {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const schema = compile(name);
  compiled.set(name, schema);
  return schema;
}

function compile(name: string): CompiledSchema {
  const file = join(packageRoot(), 'docs', 'schemas', `${name}.schema.json`);
  try {
    const schema = JSON.parse(readFileSync(file, 'utf8')) as SchemaObject;
    const validate = new Ajv2020({
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      verbose: true,
    }).compile(schema);
    return {
      check: (value) => firstError(validate, value),
      properties: new Set(Object.keys(schema.properties ?? {})),
    };
  } catch (cause) {
    throw new BenchError('schema', `the schema ${file} cannot be used`, { blame: 'bench', cause });
  }
}

function firstError(validate: ValidateFunction, value: unknown): string | undefined {
  if (validate(value)) return undefined;
  const error = validate.errors?.[0];
  return error === undefined ? 'not valid' : describe(error);
}

/** Fields, not values: those may be long and are the verifier's. */
function describe({ instancePath, keyword, message, params, parentSchema }: ErrorObject): string {
  const field = instancePath === '' ? '' : `${instancePath.slice(1).replaceAll('/', '.')}: `;
  const allowed =
    'allowedValues' in params ? `: ${(params.allowedValues as readonly unknown[]).join(', ')}` : '';
  if ('additionalProperty' in params) {
    const known = Object.keys((parentSchema?.properties ?? {}) as object);
    return `${field}does not know the key ${JSON.stringify(String(params.additionalProperty).slice(0, 80))}; it may have ${known.join(', ')}`;
  }
  // What a pattern means stands beside it.
  const wanted = keyword === 'pattern' ? parentSchema?.description : undefined;
  if (typeof wanted === 'string') return `${field}wanted ${wanted.replace(/\.$/, '')}`;
  const constant = 'allowedValue' in params ? ` ${JSON.stringify(params.allowedValue)}` : '';
  return `${field}${message ?? 'not valid'}${allowed}${constant}`;
}
