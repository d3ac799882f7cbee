import { describe, expect, it } from 'vitest';
import { type Task, timeTasks } from './timing.ts';

function spin(rounds: number): () => number {
  return () => {
    let state = 1;
    for (let i = 0; i < rounds; i++) state = (state * 1_103_515_245 + 12_345) | 0;
    return state;
  };
}

describe('timeTasks', () => {
  it('gives a task of more work a greater ratio, waiting for promises too', async () => {
    const tasks: Task[] = [
      { name: 'short', run: spin(2_000) },
      { name: 'long', run: spin(200_000) },
      { name: 'later', run: () => new Promise((resolve) => setTimeout(resolve, 5)) },
    ];
    const { calibration, tasks: timed } = await timeTasks(tasks, { timeMs: 30, warmUpMs: 10 });
    const [short, long, later] = timed;
    expect(timed.map(({ name }) => name)).toEqual(['short', 'long', 'later']);
    expect(long!.ratio).toBeGreaterThan(10 * short!.ratio);
    expect(later!.medianNs).toBeGreaterThan(4e6);
    expect(calibration.samples).toBeGreaterThan(10);
    expect(short!.batch).toBeGreaterThan(long!.batch);
  });

  it('does not hide a task that throws', async () => {
    const fails: Task = {
      name: 'fails',
      run() {
        throw new Error('no');
      },
    };
    await expect(timeTasks([fails], { timeMs: 5, warmUpMs: 1 })).rejects.toThrow('no');
  });
});
