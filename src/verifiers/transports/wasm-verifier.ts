/**
 * A verifier in a WebAssembly module: the messages of the process protocol through linear memory (docs/wasm-abi.md).
 * Each session has an instance of its own.
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';
import type { Cost } from '../../device/decision.ts';
import { decisionFromJson, deliveryToJson, recipientToJson } from '../../device/json.ts';
import type { Claims, Session, Verifier } from '../verifier.ts';
import { describeThrown } from './cap-text.ts';
import { describeFailure } from './death.ts';
import type { Source } from './messages.ts';
import { Stopped } from './stopped.ts';
import { pageBytes, type WasmModule, wasmEngine } from './wasm-engine.ts';
import { WasmMachine } from './wasm-machine.ts';
import { rewriteModule } from './wasm-rewrite.ts';

export const wasmAbiVersion = 1;

/** What every module exports; all are functions but the memory. */
const wanted = [
  'memory',
  'gauntlet_version',
  'gauntlet_capabilities',
  'gauntlet_buffer',
  'gauntlet_reset',
  'gauntlet_deliver',
  'gauntlet_decision',
] as const;

/**
 * What a module may import: text for the log, a way to end (AssemblyScript's runtime has its own), and cryptography
 * if it brings none.
 */
const allowedImports: readonly string[] = [
  'gauntlet.log',
  'gauntlet.abort',
  'gauntlet.outside',
  'gauntlet.sha256',
  'gauntlet.verify',
  'env.abort',
];

export interface WasmSession extends Session {
  /** Linear memory now, in pages of 64 KiB. */
  pages(): number;
}

export interface WasmVerifier extends Verifier {
  open(recipient: Parameters<Verifier['open']>[0]): WasmSession;
}

export type WasmOptions = Omit<Extract<Source, { readonly kind: 'wasm' }>, 'kind' | 'file'>;

/** Throws BenchError `verifier-dead` for a module that is none, lacks an export or wants a forbidden import. */
export function wasmVerifier(bytes: Uint8Array, options: WasmOptions): WasmVerifier {
  const module = limited(bytes, options);
  const begin = () => new WasmMachine(module, options);
  return {
    hello() {
      const machine = started(begin);
      const version = machine.call('gauntlet_version');
      if (version !== wasmAbiVersion)
        throw dead(`it has version ${version} of the interface, and the bench version ${wasmAbiVersion}`);
      return (machine.answer('gauntlet_capabilities') as { readonly claims: Claims }).claims;
    },
    open(recipient) {
      const machine = begin();
      const message = { type: 'open', session: 1, recipient: recipientToJson(recipient) };
      const hasRoom = machine.give('gauntlet_reset', message);
      let id = 0;
      return {
        pages: () => machine.pages(),
        deliver(delivery) {
          const deliver = { type: 'deliver', session: 1, id: id++, ...deliveryToJson(delivery) };
          if (!hasRoom || !machine.give('gauntlet_deliver', deliver))
            return {
              kind: 'rejected',
              stage: 'resource',
              reason: 'limit-memory',
              detail: 'gauntlet_buffer gave 0',
            };
          // The transport checks it field by field.
          const answer = decisionFromJson(machine.answer('gauntlet_decision')) as object;
          const counted = machine.cost();
          checkRoom(counted, options);
          return withCost(answer, counted) as ReturnType<Session['deliver']>;
        },
      };
    },
  };
}

/** Compiled anew with its memory under the ceiling, and counting if that is asked for. */
function limited(bytes: Uint8Array, { ceilingBytes, counts, mostSteps, profile }: WasmOptions): WasmModule {
  const module = compile(bytes);
  const room = profile && profile.verifierBytes + profile.envelopeBytes + profile.stackBytes;
  const mostPages = Math.min(
    Math.floor(ceilingBytes / pageBytes),
    room === undefined ? Number.POSITIVE_INFINITY : Math.ceil(room / pageBytes),
  );
  const rewritten = rewriteModule(bytes, { mostPages, counts: counts ?? false });
  if (mostSteps !== undefined && rewritten.uncounted !== undefined)
    throw dead(`its steps cannot be limited: ${rewritten.uncounted}`);
  try {
    return new wasmEngine.Module(rewritten.bytes);
  } catch {
    // Something that the engine knows and the bench does not.
    return module;
  }
}

function started(begin: () => WasmMachine): WasmMachine {
  try {
    return begin();
  } catch (thrown) {
    if (thrown instanceof Stopped) throw dead(describeFailure(thrown.failure));
    throw dead(`it could not be started: ${describeThrown(thrown)}`);
  }
}

/** What is counted by the bench stands in place of what the module says of it. */
function withCost(answer: object, counted: Cost | undefined): object {
  const said = 'cost' in answer ? (answer.cost as object) : {};
  return counted === undefined ? answer : { ...answer, cost: { ...said, ...counted } };
}

/** Throws where a delivery took more than the device grants. */
function checkRoom(cost: Cost | undefined, { profile }: WasmOptions): void {
  if (profile === undefined || cost === undefined) return;
  const { highWaterBytes = 0, stackBytes } = cost;
  const data = profile.verifierBytes + profile.envelopeBytes;
  const ceilingBytes = stackBytes === undefined ? data + profile.stackBytes : data;
  const said = stackBytes === undefined ? 'working memory and stack' : 'working memory';
  if (highWaterBytes > ceilingBytes)
    throw new Stopped({
      kind: 'exhausted',
      ceilingBytes,
      error: `${highWaterBytes} bytes of ${said}, counted; class ${profile.name} grants ${ceilingBytes} with the envelope`,
    });
  if (stackBytes !== undefined && stackBytes > profile.stackBytes)
    throw new Stopped({
      kind: 'exhausted',
      ceilingBytes: profile.stackBytes,
      error: `${stackBytes} bytes of stack, counted; class ${profile.name} grants ${profile.stackBytes}`,
    });
}

function compile(bytes: Uint8Array): WasmModule {
  let module: WasmModule;
  try {
    module = new wasmEngine.Module(bytes);
  } catch (cause) {
    throw dead(`it is no WebAssembly module: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const forbidden = wasmEngine.Module.imports(module)
    .map((one) => ({ ...one, full: `${one.module}.${one.name}` }))
    .filter(({ full, kind }) => kind !== 'function' || !allowedImports.includes(full));
  if (forbidden.length > 0) {
    const named = forbidden
      .slice(0, 5)
      .map(({ full, kind }) => (kind === 'function' ? full : `${full} (a ${kind})`));
    const own = forbidden.some(({ kind }) => kind === 'memory')
      ? '; it must have its own memory, and export it'
      : '';
    throw dead(
      `it imports ${named.join(', ')}; a module may import the functions ${allowedImports.join(', ')} alone${own}`,
    );
  }
  const exported = wasmEngine.Module.exports(module);
  const missing = wanted.filter(
    (name) =>
      !exported.some((one) => one.name === name && one.kind === (name === 'memory' ? name : 'function')),
  );
  if (missing.length > 0) throw dead(`it does not export ${missing.join(', ')}`);
  return module;
}

function dead(why: string): BenchError {
  return new BenchError('verifier-dead', `${why} (docs/wasm-abi.md)`);
}
