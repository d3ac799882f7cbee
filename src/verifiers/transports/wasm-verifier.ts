/**
 * A verifier in a WebAssembly module: the messages of the process protocol through linear memory (docs/wasm-abi.md).
 * Each session has an instance of its own.
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';
import { decisionFromJson, deliveryToJson, recipientToJson } from '../../device/json.ts';
import type { Claims, Session, Verifier } from '../verifier.ts';
import { capText } from './cap-text.ts';
import { WrongValue } from './check-value.ts';
import { wasmCrypto } from './wasm-crypto.ts';
import {
  pageBytes,
  type WasmImports,
  type WasmInstance,
  type WasmMemory,
  type WasmModule,
  wasmEngine,
} from './wasm-engine.ts';

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
  'gauntlet.sha256',
  'gauntlet.verify',
  'env.abort',
];

/** Longest text that a module may answer with, as a line of the process protocol. */
const textLimit = 4 * 1024 * 1024;

export interface WasmSession extends Session {
  /** Linear memory now, in pages of 64 KiB. */
  pages(): number;
}

export interface WasmVerifier extends Verifier {
  open(recipient: Parameters<Verifier['open']>[0]): WasmSession;
}

/** Throws BenchError `verifier-dead` for a module that is none, lacks an export or wants a forbidden import. */
export function wasmVerifier(
  bytes: Uint8Array,
  { ceilingBytes }: { readonly ceilingBytes: number },
): WasmVerifier {
  const module = compile(bytes);
  const begin = () => new Machine(module, ceilingBytes);
  return {
    hello() {
      const machine = begin();
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
          return decisionFromJson(machine.answer('gauntlet_decision')) as ReturnType<Session['deliver']>;
        },
      };
    },
  };
}

function compile(bytes: Uint8Array): WasmModule {
  let module: WasmModule;
  try {
    module = new wasmEngine.Module(bytes);
  } catch (cause) {
    throw dead(`it is no WebAssembly module: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const imports = wasmEngine.Module.imports(module).map((one) => `${one.module}.${one.name}`);
  const forbidden = imports.filter((name) => !allowedImports.includes(name));
  if (forbidden.length > 0)
    throw dead(
      `it imports ${forbidden.slice(0, 5).join(', ')}; a module may import ${allowedImports.join(', ')} alone`,
    );
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

/** An instance with its memory. */
class Machine {
  readonly #instance: WasmInstance;
  readonly #ceilingBytes: number;
  readonly #start: number;

  constructor(module: WasmModule, ceilingBytes: number) {
    this.#ceilingBytes = ceilingBytes;
    this.#instance = new wasmEngine.Instance(module, this.#imports());
    this.#start = this.#memory().byteLength;
    this.#checkCeiling();
    // wasi-libc and others set up their globals there.
    if (typeof this.#instance.exports._initialize === 'function') this.#invoke('_initialize', []);
  }

  pages(): number {
    return this.#memory().byteLength / pageBytes;
  }

  call(name: string): number {
    return this.#invoke(name, []);
  }

  /** Puts a message into a buffer of the module and calls that function; false: it has no room. */
  give(name: string, message: object): boolean {
    const text = Buffer.from(JSON.stringify(message));
    const at = this.#invoke('gauntlet_buffer', [text.length]);
    if (at === 0) return false;
    this.#part(at, text.length, 'gauntlet_buffer').set(text);
    this.#invoke(name, [at, text.length]);
    return true;
  }

  /** The JSON text, ended by a zero byte, that the function returns the place of. */
  answer(name: string): unknown {
    const at = this.#invoke(name, []);
    const rest = this.#part(at, 1, name) && new Uint8Array(this.#memory(), at);
    const length = rest.subarray(0, textLimit).indexOf(0);
    if (length < 0) throw new WrongValue(`${name}: no zero byte within ${textLimit} bytes ends its text`);
    const text = Buffer.from(rest.subarray(0, length)).toString();
    try {
      return JSON.parse(text);
    } catch {
      throw new WrongValue(`${name}: not JSON: ${capText(text, 80)}`);
    }
  }

  #invoke(name: string, numbers: readonly number[]): number {
    const call = this.#instance.exports[name] as (...numbers: number[]) => number;
    try {
      // Addresses are unsigned, and come as signed numbers.
      return Number(call(...numbers)) >>> 0;
    } finally {
      this.#checkCeiling();
    }
  }

  /** Also after a trap: who ends for want of memory beyond the ceiling was ended by the ceiling. */
  #checkCeiling(): void {
    const bytes = this.#memory().byteLength;
    if (bytes > this.#ceilingBytes)
      throw new RangeError(
        `linear memory of ${bytes / pageBytes} pages: process out of memory (${this.#ceilingBytes / pageBytes} pages allowed, ${this.#start / pageBytes} at the start)`,
      );
  }

  #part(at: number, length: number, name: string): Uint8Array {
    const memory = this.#memory();
    if (at === 0 || at + length > memory.byteLength)
      throw new WrongValue(`${name}: ${length} bytes at ${at} are not in its memory`);
    return new Uint8Array(memory, at, length);
  }

  #memory(): ArrayBuffer {
    return (this.#instance.exports.memory as WasmMemory).buffer;
  }

  #imports(): WasmImports {
    const abort = (at: number, length: number): never => {
      const bytes = new Uint8Array(this.#memory());
      throw new Error(`abort: ${capText(Buffer.from(bytes.subarray(at, at + length)).toString(), 300)}`);
    };
    const end = (): never => {
      throw new Error('abort');
    };
    return { gauntlet: { log: () => {}, abort, ...wasmCrypto(() => this.#memory()) }, env: { abort: end } };
  }
}
