import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';
import { exampleEnvelopes } from './examples.ts';
import { exactCostOf, hasValgrind, instructionsIn, peakIn } from './valgrind.ts';

const [example0] = exampleEnvelopes();

describe('exact cost', () => {
  it('is read from the reports', () => {
    expect(instructionsIn('==1== Events    : Ir\n==1== Collected : 123456\n')).toBe(123_456);
    expect(() => instructionsIn('killed')).toThrow('no count');
    const snapshot = (n: number, heap: number, stacks: number): string =>
      `snapshot=${n}\n#-----------\ntime=1\nmem_heap_B=${heap}\nmem_heap_extra_B=8\nmem_stacks_B=${stacks}\nheap_tree=empty\n`;
    const file = `desc: x\ncmd: y\n${snapshot(0, 0, 0)}${snapshot(1, 100, 50)}${snapshot(2, 10, 90)}`;
    expect(peakIn(file)).toEqual({ heapBytes: 108, stackBytes: 50 });
    expect(() => peakIn('')).toThrow('no snapshot');
  });

  it('is for programs only', () => {
    expect(() => exactCostOf('reference', example0!)).toThrow('is no process:');
  });

  it('repeats to the instruction and to the byte', ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'gauntlet-exact-'));
    try {
      const source = join(packageRoot(), 'examples', 'c');
      const files = [
        'verifier',
        'cbor',
        'digest',
        'authenticate',
        'manifest',
        'sequences',
        'procedure',
        'crypto_small',
      ];
      const paths = files.map((name) => join(source, `${name}.c`));
      const built = spawnSync('cc', ['-O2', '-o', join(folder, 'verifier'), ...paths]);
      if (!hasValgrind() || built.status !== 0) skip();
      const cost = exactCostOf('process:./verifier', example0!, folder);
      expect(exactCostOf('process:./verifier', example0!, folder)).toEqual(cost);
      expect(cost.instructions).toBeGreaterThan(10_000);
      expect(cost.stackBytes).toBeGreaterThan(0);
      expect(() => exactCostOf('process:cat /dev/null', example0!)).toThrow('gave no decision');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
