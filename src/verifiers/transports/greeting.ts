/**
 * The time between a verifier's start and its hello.
 *
 * @module
 */
import { deadAtHello } from './isolated-host.ts';

export interface GreetingOptions {
  readonly spec: string;
  readonly helloMs: number;
  /** Ends the verifier by force. */
  readonly kill: () => Promise<void>;
}

/** Ends in one of two ways; whatever comes after the first is ignored. */
export class Greeting<T> {
  /** Rejects, once the verifier is gone, with the error that the user gets. */
  readonly hello: Promise<T>;
  readonly #kill: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #over = false;

  constructor({ spec, helloMs, kill }: GreetingOptions) {
    this.#kill = kill;
    this.hello = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const late = () => this.refuse(deadAtHello(spec, `nothing came within ${helloMs} ms`));
    this.#timer = setTimeout(late, helloMs);
  }

  get over(): boolean {
    return this.#over;
  }

  /** Accepts what `read` returns, or refuses for what it throws. */
  accept(read: () => T): void {
    if (this.#over) return;
    try {
      const value = read();
      this.#end();
      this.#resolve(value);
    } catch (thrown) {
      this.refuse(thrown);
    }
  }

  refuse(error: unknown): void {
    if (this.#over) return;
    this.#end();
    void this.#kill().then(() => this.#reject(error));
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
