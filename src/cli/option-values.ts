/**
 * What the words after an option say, read and checked.
 *
 * @module
 */
import type { Shard } from '../harness/sequence.ts';
import type { MemoryLimit } from '../verifiers/host.ts';

export interface OptionValue<T> {
  /** What may stand there, as an error says it. */
  readonly wanted: string;
  /** undefined: something else stands there. */
  read(text: string): T | undefined;
}

/** A whole number of at most nine digits, both ends included. */
export function between(least: number, most: number): OptionValue<number> {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    read(text) {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return number >= least && number <= most ? number : undefined;
    },
  };
}

const largest = 999_999_999;

/** 0 is none. */
export const whole = between(0, largest);

export const positive = between(1, largest);

/** MiB. */
export const memory: OptionValue<MemoryLimit> = {
  wanted: 'MiB, 1 or more, or none',
  read: (text) => (text === 'none' ? text : positive.read(text)),
};

export const shard: OptionValue<Shard> = {
  wanted: 'i/n, with i from 1 to n',
  read(text) {
    const match = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text);
    const [index, of] = [Number(match?.[1]), Number(match?.[2])];
    return index <= of ? { index, of } : undefined;
  },
};

const perUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

export const seconds: OptionValue<number> = {
  wanted: 'a duration, for example 30, 30s or 5m',
  read(text) {
    const match = /^(\d{1,6}(?:\.\d+)?)([smh])?$/.exec(text);
    return match === null ? undefined : Number(match[1]) * (perUnit[match[2] ?? 's'] ?? 1);
  },
};
