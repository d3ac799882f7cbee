import binaryen from 'binaryen';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, unsigned } from './wasm-binary.ts';
import {
  type WasmGlobal,
  type WasmInstance,
  type WasmMemory,
  type WasmTable,
  wasmEngine,
} from './wasm-engine.ts';
import { asWasmFunction } from './wasm-machine.ts';
import { counters, rewriteModule, whyUncounted } from './wasm-rewrite.ts';

/** Another tool's encoding of a module in text form. */
function module(text: string): Uint8Array {
  const parsed = binaryen.parseText(`(module ${text})`);
  parsed.setFeatures(binaryen.Features.All);
  const bytes = parsed.emitBinary();
  parsed.dispose();
  return bytes;
}

interface Counting {
  readonly instance: WasmInstance;
  call(name: string, ...numbers: number[]): unknown;
  steps(): number;
  /** [address, size] of each, in order. */
  readonly writes: (readonly [number, number])[];
}

function counting(text: string, mostSteps = 1_000_000n): Counting {
  const { bytes, uncounted } = rewriteModule(module(text), { mostPages: 2, counts: true });
  expect(uncounted).toBeUndefined();
  const instance = new wasmEngine.Instance(new wasmEngine.Module(bytes), {});
  const global = (name: string) => instance.exports[name] as WasmGlobal;
  const writes: (readonly [number, number])[] = [];
  (instance.exports[counters.writes] as WasmTable).set(
    0,
    asWasmFunction((at, size) => writes.push([at as number, size as number])),
  );
  global(counters.mostSteps).value = mostSteps;
  return {
    instance,
    writes,
    call(name, ...numbers) {
      global(counters.steps).value = 0n;
      return (instance.exports[name] as (...numbers: number[]) => unknown)(...numbers);
    },
    steps: () => Number(global(counters.steps).value),
  };
}

const rounds = `(func (export "rounds") (param i32) (result i32) (local i32)
  (loop $again
    (local.set 1 (i32.add (local.get 1) (i32.const 3)))
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br_if $again (local.get 0)))
  (local.get 1))`;

describe('steps', () => {
  it('are the instructions executed, round by round', () => {
    const { call, steps } = counting(`(memory 1) ${rounds}`);
    expect(call('rounds', 1)).toBe(3);
    expect(steps()).toBe(11);
    expect(call('rounds', 700)).toBe(2100);
    expect(steps()).toBe(7001);
  });

  it('follow the branch that is taken, and into functions', () => {
    const { call, steps } = counting(`(memory 1)
      (func $four (result i32) (i32.mul (i32.const 2) (i32.add (i32.const 1) (i32.const 1))))
      (func (export "choose") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $four)) (else (i32.const 9))))
      (func (export "leap") (param i32) (result i32)
        (block $b (block $a (br_table $a $b (local.get 0))) (return (i32.const 5)))
        (nop) (i32.const 6))`);
    expect([call('choose', 1), steps()]).toEqual([4, 2 + 1 + 5]);
    expect([call('choose', 0), steps()]).toEqual([9, 2 + 1]);
    expect([call('leap', 0), steps()]).toEqual([5, 2 + 2]);
    expect([call('leap', 1), steps()]).toEqual([6, 2 + 1]);
  });

  it('end a loop and a recursion after the same number each time', () => {
    const spins = counting('(memory 1) (func (export "spin") (loop $again (br $again)))', 500n);
    expect(() => spins.call('spin')).toThrow(/unreachable/);
    expect(spins.steps()).toBe(501);
    const deep = counting('(memory 1) (func $deep (export "deep") (call $deep))', 500n);
    expect(() => deep.call('deep')).toThrow(/unreachable/);
    expect(deep.steps()).toBe(501);
  });
});

describe('writes', () => {
  it('are told with address and size, and done', () => {
    const { call, writes, instance } =
      counting(`(memory (export "memory") 1) (func (export "write") (param i32)
      (i32.store8 (local.get 0) (i32.const 1))
      (i32.store16 offset=10 (local.get 0) (i32.const 0x0202))
      (i32.store offset=20 (local.get 0) (i32.const 0x03030303))
      (i64.store offset=30 (local.get 0) (i64.const 0x0404040404040404))
      (i64.store8 offset=40 (local.get 0) (i64.const 5))
      (i64.store16 offset=50 (local.get 0) (i64.const 0x0606))
      (i64.store32 offset=60 (local.get 0) (i64.const 0x07070707))
      (f32.store offset=70 (local.get 0) (f32.const 1))
      (f64.store offset=80 (local.get 0) (f64.const 1))
      (v128.store offset=90 (local.get 0) (v128.const i32x4 1 2 3 4))
      (v128.store16_lane offset=110 2 (local.get 0) (v128.const i16x8 1 2 3 4 5 6 7 8)))`);
    call('write', 1000);
    const sizes = [1, 2, 4, 8, 1, 2, 4, 4, 8, 16];
    expect(writes).toEqual([...sizes.map((size, i) => [1000 + 10 * i, size]), [1110, 2]]);
    const memory = new Uint8Array((instance.exports.memory as WasmMemory).buffer);
    expect([...memory.subarray(1029, 1041)]).toEqual([0, 4, 4, 4, 4, 4, 4, 4, 4, 0, 0, 5]);
    expect([...memory.subarray(1110, 1112)]).toEqual([3, 0]);
  });

  it('of ranges are told whole, and their bytes are steps', () => {
    const { call, writes, steps, instance } = counting(`(memory (export "memory") 1) (data $d "abcdef")
      (func (export "fill") (param i32) (memory.fill (i32.const 100) (i32.const 7) (local.get 0)))
      (func (export "copy") (memory.copy (i32.const 200) (i32.const 100) (i32.const 5)))
      (func (export "init") (memory.init $d (i32.const 300) (i32.const 1) (i32.const 4)))`);
    call('fill', 40);
    expect(steps()).toBe(4 + 40);
    call('copy');
    call('init');
    expect(writes).toEqual([
      [100, 40],
      [200, 5],
      [300, 4],
    ]);
    const memory = new Uint8Array((instance.exports.memory as WasmMemory).buffer);
    expect([...memory.subarray(138, 141), ...memory.subarray(203, 206)]).toEqual([7, 7, 0, 7, 7, 0]);
    expect(Buffer.from(memory.subarray(300, 305)).toString()).toBe('bcde\0');
  });

  it('beyond the memory are traps as before', () => {
    const { call } = counting(
      '(memory 1) (func (export "f") (i32.store offset=4294967295 (i32.const 5) (i32.const 1)))',
    );
    expect(() => call('f')).toThrow(/out of bounds/);
  });
});

describe('memory', () => {
  it('cannot grow beyond the ceiling, and the refusal is noted', () => {
    const { call, instance } = counting(
      '(memory (export "memory") 1 9) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))',
    );
    const refused = () => (instance.exports[counters.refused] as WasmGlobal).value;
    expect([call('grow', 1), refused()]).toEqual([1, 0]);
    expect([call('grow', 1), refused()]).toEqual([-1, 1]);
  });

  it('keeps what it begins with, and a lower maximum of its own', () => {
    const text = '(func (export "grow") (result i32) (memory.grow (i32.const 1)))';
    expect(counting(`(memory 5) ${text}`).call('grow')).toBe(-1);
    expect(counting(`(memory 1 1) ${text}`).call('grow')).toBe(-1);
    expect(counting(`(memory 1) ${text}`).call('grow')).toBe(1);
  });
});

it('a module without anything to count in is not disturbed', () => {
  const { call } = counting('(memory 1) (table 3 funcref) (global i32 (i32.const 4)) (func (export "f"))');
  expect(call('f')).toBeUndefined();
});

it('says what it does not know, and limits the memory all the same', () => {
  const shared = module('(memory 1) (func (export "f") (drop (i32.atomic.load (i32.const 0))))');
  expect(whyUncounted(shared)).toMatch(/0xfe/);
  const { bytes } = rewriteModule(module('(memory (export "memory") 1) (func (atomic.fence))'), {
    mostPages: 1,
    counts: false,
  });
  const { memory } = new wasmEngine.Instance(new wasmEngine.Module(bytes), {}).exports;
  expect(() => (memory as { grow(pages: number): number }).grow(1)).toThrow(/[Mm]aximum/);
});

it('numbers are read as they are written', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 32 - 1 }), (value) => {
      const cursor = new Cursor(Uint8Array.from(unsigned(value)));
      expect(cursor.unsigned()).toBe(value);
      expect(cursor.atEnd).toBe(true);
    }),
  );
});
