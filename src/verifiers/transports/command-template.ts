/**
 * A command line with places for what a delivery brings: its words, and what is put into them.
 *
 * The line is divided into words before anything is put in, and no shell sees it: nothing that a delivery holds can
 * become a second command. What would become an option, or cannot be in a word, is not put in at all.
 *
 * @module
 */
import { BenchError } from '../../bench-error.ts';

/** `{name}` or `{name:form}`. */
export interface Place {
  readonly name: string;
  readonly form?: string;
}

/** A word: text and places in turn. */
export type Word = readonly (string | Place)[];

/** What a place is filled with. */
export type Filling =
  | { readonly kind: 'one'; readonly text: string }
  /** The word is repeated, once for each; left out where there is none. */
  | { readonly kind: 'each'; readonly texts: readonly string[] }
  /** This command line cannot say it. */
  | { readonly kind: 'unable'; readonly feature: string };

/** Throws BenchError `verifier-command` for a place that does not exist, naming those that do. */
export function parseTemplate(words: readonly string[], known: readonly string[]): readonly Word[] {
  return words.map((word) => parseWord(word, known));
}

function parseWord(word: string, known: readonly string[]): Word {
  const parts: (string | Place)[] = [];
  let from = 0;
  for (const found of word.matchAll(/\{([a-z][a-z-]*)(?::([^{}]*))?\}/g)) {
    const [whole, name = '', form] = found;
    if (!known.includes(name))
      throw new BenchError(
        'verifier-command',
        `the command has no place ${whole}; it may have ${known.map((one) => `{${one}}`).join(', ')}`,
      );
    if (found.index > from) parts.push(word.slice(from, found.index));
    parts.push({ name, ...(form !== undefined && { form }) });
    from = found.index + whole.length;
  }
  if (from < word.length || parts.length === 0) parts.push(word.slice(from));
  return parts;
}

/** The places in these words. */
export function placesIn(words: readonly Word[]): readonly Place[] {
  return words.flatMap((word) => word.filter((part) => typeof part !== 'string'));
}

export type Filled =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'unable'; readonly feature: string };

export function fill(words: readonly Word[], fillingOf: (place: Place) => Filling): Filled {
  const filled: string[] = [];
  for (const word of words) {
    const parts = word.map((part) =>
      typeof part === 'string' ? ({ kind: 'one', text: part } as const) : fillingOf(part),
    );
    const times = parts.reduce((most, part) => (part.kind === 'each' ? part.texts.length : most), 1);
    for (let i = 0; i < times; i++) {
      let text = '';
      for (const part of parts) {
        if (part.kind === 'unable') return part;
        text += part.kind === 'one' ? part.text : (part.texts[i] ?? '');
      }
      // What is repeated is the delivery's; the rest, such as an algorithm's -7, is the bench's own.
      if (parts[0]?.kind === 'each' && text.startsWith('-'))
        return { kind: 'unable', feature: `a value that begins with "-" as a word of its own` };
      if (text.includes('\0')) return { kind: 'unable', feature: 'a value with a zero byte in a word' };
      filled.push(text);
    }
  }
  return { kind: 'words', words: filled };
}
