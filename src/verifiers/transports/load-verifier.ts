/**
 * Gets the verifier out of a built-in's name, a user's module or a WebAssembly file.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { BenchError } from '../../bench-error.ts';
import { createBuiltin } from '../builtins.ts';
import type { Verifier } from '../verifier.ts';
import type { Source } from './messages.ts';

export async function loadVerifier(source: Source): Promise<Verifier> {
  if (source.kind === 'module')
    return exported((await import(source.url)) as Readonly<Record<string, unknown>>);
  if (source.kind === 'wasm') {
    const { wasmVerifier } = await import('./wasm-verifier.ts');
    return wasmVerifier(readFileSync(source.file), source);
  }
  const verifier = await createBuiltin(source.name, source.profile);
  if (verifier !== undefined) return verifier;
  throw new BenchError('verifier-unknown', `there is no built-in verifier ${source.name}`);
}

/** `createVerifier()`, `verifier` or the default export, the first of these that is there. */
async function exported(module: Readonly<Record<string, unknown>>): Promise<Verifier> {
  const maker = module.createVerifier;
  const value: unknown =
    typeof maker === 'function' ? await (maker as () => unknown)() : (module.verifier ?? module.default);
  if (isVerifier(value)) return value;
  const names = Object.keys(module).join(', ') || 'nothing';
  throw new BenchError(
    'verifier-dead',
    `the module exports no verifier: wanted createVerifier(), verifier or default with methods hello and open; it exports ${names}`,
  );
}

function isVerifier(value: unknown): value is Verifier {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'hello' in value &&
    typeof value.hello === 'function' &&
    'open' in value &&
    typeof value.open === 'function'
  );
}
