/**
 * The binary format of WebAssembly modules (core specification, chapter 5), as far as rewriting one needs it.
 *
 * Only modules that the engine has compiled are read, so that no form is checked.
 *
 * @module
 */

/** Ids of sections (§5.5.2). */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** In which order they stand; custom ones may stand anywhere. */
const order: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11, sectionIds.custom];

export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

const headerBytes = 8;

export function readSections(module: Uint8Array): readonly Section[] {
  const cursor = new Cursor(module, headerBytes);
  const sections: Section[] = [];
  while (!cursor.atEnd) sections.push({ id: cursor.byte(), content: cursor.sized() });
  return sections;
}

/** Each where it belongs. */
export function writeModule(header: Uint8Array, sections: readonly Section[]): Uint8Array {
  const place = ({ id }: Section): number => order.indexOf(id);
  const sorted = sections.toSorted((a, b) => place(a) - place(b));
  return Buffer.concat([
    header.subarray(0, headerBytes),
    ...sorted.flatMap(({ id, content }) => [Uint8Array.of(id, ...unsigned(content.length)), content]),
  ]);
}

/** A vector as a section's content: its count and its elements. */
export interface Vector {
  readonly count: number;
  /** The elements' bytes, one after the other. */
  readonly rest: Uint8Array;
}

export function vectorOf(sections: readonly Section[], id: number): Vector {
  const content = sections.find((one) => one.id === id)?.content;
  if (content === undefined) return { count: 0, rest: new Uint8Array(0) };
  const cursor = new Cursor(content);
  const count = cursor.unsigned();
  return { count, rest: content.subarray(cursor.at) };
}

/** These sections with more elements at the end of that vector. */
export function appended(
  sections: readonly Section[],
  id: number,
  ...elements: readonly (readonly number[])[]
): readonly Section[] {
  const { count, rest } = vectorOf(sections, id);
  const content = Buffer.concat([
    Uint8Array.from(unsigned(count + elements.length)),
    rest,
    Uint8Array.from(elements.flat()),
  ]);
  return [...sections.filter((one) => one.id !== id), { id, content }];
}

/** A position in some bytes that moves forward. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  /** LEB128 of at most 32 bits (§5.2.2). */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** Passes a LEB128 of any width and sign. */
  skipNumber(): void {
    while (this.byte() >= 128);
  }

  skip(count: number): void {
    this.at += count;
  }

  take(count: number): Uint8Array {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** Bytes with their length before them. */
  sized(): Uint8Array {
    return this.take(this.unsigned());
  }
}

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** A whole number of at most 53 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    const low = ((rest % 128) + 128) % 128;
    if (rest >= -64 && rest < 64) return [...bytes, low];
    bytes.push(low + 128);
  }
}

/** A name (§5.2.4). */
export function nameOf(text: string): number[] {
  const bytes = [...Buffer.from(text)];
  return [...unsigned(bytes.length), ...bytes];
}
