import { describe, expect, it } from 'vitest';
import { medianInterval, type Task, timeTasks } from './timing.ts';

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
    const { calibration, tasks: timed } = await timeTasks(tasks, { rounds: 3, roundMs: 10, warmUpMs: 10 });
    const [short, long, later] = timed;
    expect(timed.map(({ name }) => name)).toEqual(['short', 'long', 'later']);
    expect(long!.ratio).toBeGreaterThan(10 * short!.ratio);
    expect(later!.medianNs).toBeGreaterThan(4e6);
    expect(calibration.ratios).toHaveLength(12);
    expect(short!.batch).toBeGreaterThan(long!.batch);
    for (const { ratio, ratios, interval } of timed) {
      expect(ratios).toHaveLength(3);
      expect(interval.low).toBeLessThanOrEqual(ratio);
      expect(interval.high).toBeGreaterThanOrEqual(ratio);
    }
  });

  it('does not hide a task that throws', async () => {
    const fails: Task = {
      name: 'fails',
      run() {
        throw new Error('no');
      },
    };
    await expect(timeTasks([fails], { rounds: 1, roundMs: 5, warmUpMs: 1 })).rejects.toThrow('no');
  });
});

describe('medianInterval', () => {
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

  it('takes the ranks of the sign test', () => {
    // Tables of the sign test: 15 values, ranks 4 and 12, 96.5 %; 20 values, ranks 6 and 15, 95.9 %.
    expect(medianInterval(upTo(15))).toMatchObject({ low: 4, high: 12 });
    expect(medianInterval(upTo(15)).confidence).toBeCloseTo(0.965, 3);
    expect(medianInterval(upTo(20))).toMatchObject({ low: 6, high: 15 });
    expect(medianInterval(upTo(20)).confidence).toBeCloseTo(0.959, 3);
  });

  it('owns up to less confidence where there are few values', () => {
    expect(medianInterval(upTo(4))).toEqual({ low: 1, high: 4, confidence: 0.875 });
    expect(medianInterval([7])).toEqual({ low: 7, high: 7, confidence: 0 });
  });
});
