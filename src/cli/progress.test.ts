import { describe, expect, it } from 'vitest';
import type { Progress } from '../harness/campaign.ts';
import { FuzzState } from '../harness/fuzz-state.ts';
import { fuzzBar } from './fuzz-bar.ts';
import { summedProgress } from './jobs.ts';
import { clockText, openPanel, type Terminal } from './panel.ts';
import { progressBar } from './progress.ts';

/** A terminal that understands what a panel needs, with a clock of its own. */
class Screen implements Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  ms = 0;
  written = '';
  private lines: string[] = [''];
  private row = 0;
  private column = 0;

  constructor({ isTTY = true, columns = 80, rows = 24 } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
  }

  readonly clock = (): number => this.ms;

  write(text: string): void {
    this.written += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is a terminal.
    for (const [part] of text.matchAll(/\x1b\[\d*[A-Z]|\r|\n|[^\x1b\r\n]+|\x1b/g)) this.put(part);
  }

  private put(part: string): void {
    const up = /^\[(\d+)A$/.exec(part.slice(1));
    const line = this.lines[this.row] ?? '';
    if (part === '\r') this.column = 0;
    else if (part === '\n') {
      this.row++;
      this.column = 0;
    } else if (up) this.row -= Number(up[1]);
    else if (part === '\u001b[K') this.lines[this.row] = line.slice(0, this.column);
    else if (part === '\u001b[J') this.lines = this.lines.slice(0, this.row + 1);
    else if (part.startsWith('\u001b')) throw new Error(`not understood: ${JSON.stringify(part)}`);
    else {
      this.lines[this.row] =
        line.padEnd(this.column).slice(0, this.column) + part + line.slice(this.column + part.length);
      this.column += part.length;
    }
    if (this.column > this.columns) throw new Error(`a line of ${this.column} wraps`);
    if (this.row < 0) throw new Error('above the top');
  }

  get text(): string {
    return this.lines.join('\n').trimEnd();
  }
}

const progress = (done: number, found: Readonly<Record<string, readonly string[]>>): Progress => ({
  done,
  planned: 1000,
  verifiers: Object.entries(found).map(([spec, of]) => ({ spec, found: of, isStopped: spec === 'dead' })),
});

describe('the progress of a run', () => {
  it('is drawn in place: cases, rate, time left, and each verifier’s findings', () => {
    const screen = new Screen();
    const bar = progressBar({ format: 'text', terminal: screen, clock: screen.clock });
    bar.show(progress(0, { mine: [], dead: [] }));
    screen.ms = 2000;
    bar.show(progress(100, { mine: ['a'], dead: ['b', 'c'] }));
    expect(screen.text).toBe(
      [
        '[###...........................] 100/1000 cases, 50/s, 0:18 left',
        '  mine  1 finding',
        '  dead  2 findings, given up',
      ].join('\n'),
    );
    screen.ms = 4000;
    bar.show(progress(1000, { mine: ['a', 'd'], dead: ['b', 'c'] }));
    bar.tell('shrinking finding 1 of 4');
    bar.end();
    expect(screen.text.split('\n')).toEqual([
      '[##############################] 1000/1000 cases, shrinking finding 1 of 4',
      '  mine  2 findings',
      '  dead  2 findings, given up',
    ]);
  });

  it('counts the rate from where an earlier process stopped', () => {
    const screen = new Screen();
    const bar = progressBar({ format: 'text', terminal: screen, clock: screen.clock });
    bar.show(progress(900, { mine: [] }));
    screen.ms = 1000;
    bar.show(progress(950, { mine: [] }));
    expect(screen.text).toContain('950/1000 cases, 50/s, 0:01 left');
  });

  it('ends with the run’s own time', () => {
    const screen = new Screen();
    const bar = progressBar({ format: 'text', seconds: 3, terminal: screen, clock: screen.clock });
    bar.show(progress(0, { mine: [] }));
    screen.ms = 2000;
    bar.show(progress(2, { mine: [] }));
    expect(screen.text).toContain('1/s, 0:01 left');
  });

  it('is not drawn more often than an eye can follow, and the last state is never lost', () => {
    const screen = new Screen();
    const bar = progressBar({ format: 'text', terminal: screen, clock: screen.clock });
    for (screen.ms = 0; screen.ms < 1000; screen.ms++) bar.show(progress(screen.ms, { mine: [] }));
    bar.end();
    expect(screen.written.split('\r').length).toBeLessThan(10);
    expect(screen.text).toContain('999/1000');
  });

  it('shows a hostile name, and one wider than the screen, without acting on it', () => {
    const screen = new Screen({ columns: 40, rows: 4 });
    const bar = progressBar({ format: 'text', terminal: screen, clock: screen.clock });
    const name = `\u001b[2J\n\r${'x'.repeat(100)}`;
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`v${i}`, []]));
    for (let i = 0; i < 3; i++) {
      bar.show(progress(i, { [name]: [], ...many }));
      screen.ms += 1000;
    }
    expect(screen.written).not.toContain('\u001b[2J');
    expect(screen.text.split('\n')).toHaveLength(3);
    expect(screen.text).toContain('\\u{1b}[2J');
  });

  it.each([
    { format: 'text', isTTY: false },
    { format: 'json', isTTY: true },
  ])('is nothing in a pipe or beside JSON: $format', ({ format, isTTY }) => {
    const screen = new Screen({ isTTY });
    const bar = progressBar({ format, terminal: screen, clock: screen.clock });
    bar.show(progress(1, { mine: [] }));
    bar.tell('shrinking');
    bar.end();
    expect(screen.written).toBe('');
  });

  it('of several jobs is their sum; what two of them find is one finding', () => {
    const jobs = [progress(10, { mine: ['a', 'b'] }), progress(20, { mine: ['b'] })];
    expect(summedProgress(jobs, 70)).toEqual({
      planned: 70,
      done: 30,
      verifiers: [{ spec: 'mine', found: ['a', 'b'], isStopped: false }],
    });
  });
});

describe('the progress of a fuzzing run', () => {
  it('has its budget, and nothing in a pipe', () => {
    const setup = {
      version: '0',
      seed: 1,
      verifiers: ['mine'],
      attacks: [],
      composes: false,
      corpora: [],
      deadline: 1,
      memoryMiB: 1,
      shrinkTries: 0,
    };
    const state = new FuzzState(setup, { seconds: 60 });
    const [screen, pipe] = [new Screen(), new Screen({ isTTY: false })];
    for (const one of [screen, pipe]) {
      state.done = 0;
      const bar = fuzzBar('text', state, { terminal: one, clock: one.clock });
      one.ms = 5000;
      state.done = 100;
      bar.show(state);
      bar.end();
    }
    expect(screen.text).toBe('100 cases, 20/s, 0 findings, corpus 0, 0:55 left');
    expect(pipe.written).toBe('');
  });
});

describe('a panel', () => {
  it('that becomes shorter leaves nothing behind', () => {
    const screen = new Screen();
    const panel = openPanel({
      terminal: screen,
      clock: () => {
        screen.ms += 1000;
        return screen.ms;
      },
    });
    panel.draw(() => ['one', 'two', 'three']);
    panel.draw(() => ['1']);
    expect(screen.text).toBe('1');
  });

  it('is drawn on a terminal that does not know its size', () => {
    const written: string[] = [];
    const write = (text: string): number => written.push(text);
    openPanel({ terminal: { isTTY: true, columns: 0, rows: 0, write } }).draw(() => ['whole', 'lines']);
    expect(written.join('')).toContain('whole');
    expect(written.join('')).toContain('lines');
  });

  it('tells hours', () => {
    expect([0, 65, 3600 * 2 + 5].map(clockText)).toEqual(['0:00', '1:05', '2:00:05']);
  });
});
