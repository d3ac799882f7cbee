/**
 * A few lines that are redrawn in place, where somebody looks on; nothing in a pipe.
 *
 * @module
 */

/** What is drawn on: `process.stderr`, or a test's own. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export interface PanelOptions {
  readonly terminal?: Terminal;
  /** Milliseconds. */
  readonly clock?: () => number;
}

export interface Panel {
  /** `lines` are made only where they are drawn; they hold no escape sequences. */
  draw(lines: () => readonly string[]): void;
  /** What was drawn last stays. */
  end(): void;
}

const redrawMs = 150;

export function openPanel({
  terminal = process.stderr,
  clock = () => performance.now(),
}: PanelOptions = {}): Panel {
  if (terminal.isTTY !== true || process.env.TERM === 'dumb') return { draw: () => {}, end: () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = 0;
  let late: (() => readonly string[]) | undefined;
  const draw = (lines: () => readonly string[]): void => {
    drawnAt = clock();
    late = undefined;
    // Some terminals say that they have none.
    const [columns, rows] = [terminal.columns || 80, terminal.rows || 24];
    // A line that wraps, or that scrolls away, could not be found again.
    const shown = lines()
      .slice(0, Math.max(1, rows - 1))
      .map((line) => `${line.slice(0, Math.max(1, columns - 1))}\x1b[K`);
    const up = drawn > 1 ? `\x1b[${drawn - 1}A` : '';
    terminal.write(`\r${up}${shown.join('\n')}\x1b[J`);
    drawn = shown.length;
  };
  return {
    draw(lines) {
      if (clock() - drawnAt >= redrawMs) draw(lines);
      else late = lines;
    },
    end() {
      if (late) draw(late);
      if (drawn > 0) terminal.write('\n');
      drawn = 0;
    },
  };
}

/** Cases a second, and the time that is left at that pace, since the clock was first asked. */
export class Pace {
  private readonly clock: () => number;
  private readonly began: number;
  private before: number | undefined;

  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock;
    this.began = clock();
  }

  /** Seconds. */
  spent(): number {
    return (this.clock() - this.began) / 1000;
  }

  /** Cases a second; what was done before the first call, by an earlier process, is not counted. */
  rate(done: number): number | undefined {
    this.before ??= done;
    const seconds = this.spent();
    return done > this.before && seconds > 0 ? (done - this.before) / seconds : undefined;
  }
}

/** "1:05", "2:00:00" */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
