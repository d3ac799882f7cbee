/**
 * The part of JavaScript's WebAssembly interface that the bench uses; the libraries it is compiled with have no types
 * for it.
 *
 * @module
 */

/** Compiled code without any state. */
export interface WasmModule {
  readonly kind?: 'module';
}

export interface WasmMemory {
  /** Another object after each growth. */
  readonly buffer: ArrayBuffer;
}

/** A number of 32 bits as a number, one of 64 as a bigint. */
export interface WasmGlobal {
  value: number | bigint;
}

export interface WasmTable {
  set(index: number, value: unknown): void;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export interface WasmPort {
  readonly name: string;
  /** `function`, `memory`, `table` or `global`. */
  readonly kind: string;
}

/** Its 32-bit arguments come as signed numbers; what it returns becomes a 32-bit number, or is dropped. */
export type WasmFunction = (...numbers: readonly number[]) => unknown;

export type WasmImports = Readonly<Record<string, Readonly<Record<string, WasmFunction>>>>;

interface Engine {
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): readonly (WasmPort & { readonly module: string })[];
    exports(module: WasmModule): readonly WasmPort[];
  };
  readonly Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance;
}

export const wasmEngine: Engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/** Bytes of a page of linear memory. */
export const pageBytes = 65_536;
