/**
 * A request to stop that work can be raced against, as often as it takes.
 *
 * @module
 */
export class Stop {
  private asked = false;
  private readonly waiting = new Set<() => void>();

  get isAsked(): boolean {
    return this.asked;
  }

  ask(): void {
    this.asked = true;
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  /** What the work comes to, or undefined once it was asked to stop. */
  race<T>(work: Promise<T>): Promise<T | undefined> {
    if (this.asked) {
      void work.catch(() => undefined);
      return Promise.resolve(undefined);
    }
    return new Promise((settle, fail) => {
      const wake = () => settle(undefined);
      this.waiting.add(wake);
      work.then(
        (value) => {
          this.waiting.delete(wake);
          settle(value);
        },
        (thrown) => {
          this.waiting.delete(wake);
          fail(thrown);
        },
      );
    });
  }
}
