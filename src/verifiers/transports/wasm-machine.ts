/**
 * An instance of a WebAssembly module with its memory: calls, messages through the memory, and what a delivery cost.
 *
 * @module
 */
import type { Cost } from '../../device/decision.ts';
import { capText } from './cap-text.ts';
import { WrongValue } from './check-value.ts';
import { Stopped } from './stopped.ts';
import { wasmCrypto } from './wasm-crypto.ts';
import {
  pageBytes,
  type WasmFunction,
  type WasmGlobal,
  type WasmImports,
  type WasmInstance,
  type WasmMemory,
  type WasmModule,
  type WasmTable,
  wasmEngine,
} from './wasm-engine.ts';
import { counters } from './wasm-rewrite.ts';
import { type Bounds, boundNames, Writes } from './wasm-writes.ts';

/** Longest text that a module may answer with, as a line of the process protocol. */
const textLimit = 4 * 1024 * 1024;

export interface MachineOptions {
  readonly ceilingBytes: number;
  /** Of a delivery, if steps are counted. */
  readonly mostSteps?: number;
}

/** Throws what the module throws as it starts. */
export class WasmMachine {
  readonly #instance: WasmInstance;
  readonly #options: MachineOptions;
  readonly #start: number;
  readonly #writes = new Writes(() => this.#memory().byteLength);
  /** Of the stack at the start, when nothing is on it. */
  readonly #bounds: Bounds;
  #isReady = false;

  constructor(module: WasmModule, options: MachineOptions) {
    this.#options = options;
    this.#instance = new wasmEngine.Instance(module, this.#imports());
    this.#isReady = true;
    this.#start = this.#memory().byteLength;
    this.#bounds = this.#tellBounds();
    this.#checkCeiling();
    const writes = this.#instance.exports[counters.writes] as WasmTable | undefined;
    writes?.set(
      0,
      asWasmFunction((at, size) => this.#writes.add(at as number, size as number)),
    );
    if (this.#isCounting) {
      const most = BigInt(options.mostSteps ?? Number.MAX_SAFE_INTEGER);
      (this.#instance.exports[counters.mostSteps] as WasmGlobal).value = most;
    }
    // wasi-libc and others set up their globals there.
    if (typeof this.#instance.exports._initialize === 'function') this.#invoke('_initialize', []);
  }

  pages(): number {
    return this.#memory().byteLength / pageBytes;
  }

  call(name: string): number {
    return this.#invoke(name, []);
  }

  /**
   * Puts a message into a buffer of the module and calls that function; false: it has no room. What is counted begins
   * anew with the call.
   */
  give(name: string, message: object): boolean {
    const text = Buffer.from(JSON.stringify(message));
    this.#beginCount();
    const at = this.#invoke('gauntlet_buffer', [text.length]);
    if (at === 0) return false;
    this.#part(at, text.length, 'gauntlet_buffer').set(text);
    this.#beginCount();
    this.#writes.spare(at, text.length);
    this.#invoke(name, [at, text.length]);
    return true;
  }

  /** The JSON text, ended by a zero byte, that the function returns the place of. */
  answer(name: string): unknown {
    const at = this.#invoke(name, []);
    const rest = this.#part(at, 1, name) && new Uint8Array(this.#memory(), at);
    const length = rest.subarray(0, textLimit).indexOf(0);
    if (length < 0) throw new WrongValue(`${name}: no zero byte within ${textLimit} bytes ends its text`);
    this.#writes.spare(at, length + 1);
    const text = Buffer.from(rest.subarray(0, length)).toString();
    try {
      return JSON.parse(text);
    } catch {
      throw new WrongValue(`${name}: not JSON: ${capText(text, 80)}`);
    }
  }

  /** Of the last message and its answer; undefined: not counted. */
  cost(): Cost | undefined {
    return this.#isCounting ? { steps: this.#steps(), ...this.#writes.cost(this.#bounds) } : undefined;
  }

  get #isCounting(): boolean {
    return this.#instance.exports[counters.steps] !== undefined;
  }

  #beginCount(): void {
    this.#writes.begin();
    if (this.#isCounting) (this.#instance.exports[counters.steps] as WasmGlobal).value = 0n;
  }

  #steps(): number {
    return Number((this.#instance.exports[counters.steps] as WasmGlobal).value);
  }

  #invoke(name: string, numbers: readonly number[]): number {
    const call = this.#instance.exports[name] as (...numbers: number[]) => number;
    try {
      // Addresses are unsigned, and come as signed numbers.
      return Number(call(...numbers)) >>> 0;
    } catch (thrown) {
      this.#explain(thrown);
      if (thrown instanceof TypeError)
        throw new WrongValue(`${name}: wanted a function of 32-bit integers: ${thrown.message}`);
      throw thrown;
    } finally {
      this.#checkCeiling();
    }
  }

  /** Throws what stopped it, if the bench did. */
  #explain(thrown: unknown): void {
    const { mostSteps } = this.#options;
    if (mostSteps !== undefined && this.#isCounting && this.#steps() > mostSteps)
      throw new Stopped({ kind: 'hung', afterSteps: mostSteps });
    // Who ends for want of memory was ended by the ceiling.
    const refused = this.#instance.exports[counters.refused] as WasmGlobal | undefined;
    if (refused?.value === 1) throw this.#tooMuch(`refused more memory, it ended: ${String(thrown)}`);
  }

  #checkCeiling(): void {
    if (this.#memory().byteLength > this.#options.ceilingBytes) throw this.#tooMuch('too much');
  }

  #tooMuch(why: string): Stopped {
    const { ceilingBytes } = this.#options;
    return new Stopped({
      kind: 'exhausted',
      ceilingBytes,
      error: `linear memory of ${this.pages()} pages of 64 KiB (${this.#start / pageBytes} at the start, ${Math.floor(ceilingBytes / pageBytes)} allowed): ${why}`,
    });
  }

  #tellBounds(): Bounds {
    const found = boundNames.flatMap((name) => {
      const value = (this.#instance.exports[name] as Partial<WasmGlobal> | undefined)?.value;
      return typeof value === 'number' ? [[name, value >>> 0]] : [];
    });
    return Object.fromEntries(found);
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
    const memory = (): ArrayBuffer => {
      if (this.#isReady) return this.#memory();
      throw new Error(
        'its start function calls an import that reads memory, which cannot be reached before it has ended: export it as _initialize instead',
      );
    };
    const abort = (at: number, length: number): never => {
      const bytes = new Uint8Array(memory());
      throw new Error(`abort: ${capText(Buffer.from(bytes.subarray(at, at + length)).toString(), 300)}`);
    };
    const end = (): never => {
      throw new Error('abort');
    };
    const { sha256, verify } = wasmCrypto(memory);
    return {
      gauntlet: {
        log: () => {},
        abort,
        outside: (at, size) => this.#writes.spare(at as number, size as number),
        sha256: (at, size, out) => {
          sha256(at as number, size as number, out as number);
          this.#writes.add(out as number, 32);
        },
        verify,
      },
      env: { abort: end },
    };
  }
}

/** A module that takes a function in, and gives it out again as `f`. */
const passing = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // type: (i32, i32) → nothing; import: "" "" of it; export: "f", function 0
  ...[1, 6, 1, 0x60, 2, 0x7f, 0x7f, 0],
  ...[2, 5, 1, 0, 0, 0, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
]);

/** Of two addresses or numbers; a table takes functions of modules only. */
export function asWasmFunction(of: WasmFunction): unknown {
  return new wasmEngine.Instance(new wasmEngine.Module(passing), { '': { '': of } }).exports.f;
}
