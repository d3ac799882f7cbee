import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
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
    const missing = missingTools();
    if (missing.length > 0) return skip(`not installed: ${missing.join(', ')}`);
    const folder = mkdtempSync(join(tmpdir(), 'gauntlet-exact-'));
    try {
      cpSync(join(packageRoot(), 'examples', 'c'), folder, { recursive: true });
      const { status, stderr } = spawnSync('make', ['-C', folder, '-B', 'verifier'], { encoding: 'utf8' });
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
      const cost = exactCostOf('process:./verifier', example0!, folder);
      expect(exactCostOf('process:./verifier', example0!, folder)).toEqual(cost);
      expect(cost.instructions).toBeGreaterThan(10_000);
      expect(cost.stackBytes).toBeGreaterThan(0);
      expect(() => exactCostOf('process:cat /dev/null', example0!)).toThrow('gave no decision');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 240_000);
});

/** Of what apt installs: valgrind gcc make libssl-dev. */
function missingTools(): readonly string[] {
  const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
  return [
    ...(hasValgrind() ? [] : ['valgrind']),
    ...['cc', 'make'].filter((program) => !has(program)),
    ...(existsSync('/usr/include/openssl/evp.h') ? [] : ['libssl-dev']),
  ];
}
