/**
 * What each item of an envelope is, as far as attacks need it: which byte strings hold CBOR, and which items a
 * run must come to (draft-ietf-suit-manifest-37 appendix A, §6.3).
 *
 * @module
 */
import { type Entry, type Item, isInt } from '../cbor/item.ts';
import type { DeliveryEvent, Level } from '../device/delivery.ts';
import { commandCode, commonKey, envelopeKey, manifestKey, parameterKey } from '../suit/registry.ts';

/** The level of the run that must read it; `maybe`: in some branch only; `never`: not by this procedure. */
export type Reading = Level | 'maybe' | 'never';

/** Whose bytes: outside all digests, in SUIT_Digest, in a block, in the manifest, or in a severed element. */
export type Part = 'frame' | 'digest' | 'block' | 'manifest' | 'member';

/** A node of the grammar. What is left out is inherited from the node above. */
export interface Shape {
  readonly name: string;
  readonly reads?: Reading;
  readonly part?: Part;
  /** The one item inside a byte string. */
  readonly content?: Shape;
  /** The shape of what a tag is on. */
  readonly tagged?: Shape;
  readonly member?: (entry: Entry) => Shape;
  readonly element?: (index: number, items: readonly Item[]) => Shape;
}

export interface ShapeOptions {
  readonly event: DeliveryEvent;
  /** How many authentication blocks there are: each alone need not be read where there are others. */
  readonly blocks: number;
  /** Is the integrated payload under this key fetched? */
  readonly fetched: (key: Item) => boolean;
}

export function envelopeShape(options: ShapeOptions): Shape {
  const shape: Shape = {
    name: 'envelope',
    reads: 'authenticated',
    part: 'frame',
    member: ([key]) => envelopeMember(key, options),
  };
  return { ...shape, tagged: { ...shape, tagged: shape } };
}

function envelopeMember(key: Item, options: ShapeOptions): Shape {
  if (isInt(key, envelopeKey.authenticationWrapper)) {
    return { name: 'envelope.2', content: authenticationShape(options) };
  }
  if (isInt(key, envelopeKey.manifest)) {
    return {
      name: 'envelope.3',
      content: { ...manifestShape(options.event), part: 'manifest', reads: 'applicable' },
    };
  }
  if (isInt(key, envelopeKey.payloadFetch) || isInt(key, envelopeKey.install)) {
    const reads = options.event === 'update' ? 'installed' : 'never';
    return { name: 'envelope.section', reads, content: { ...sequence('section'), part: 'member' } };
  }
  if (isInt(key, envelopeKey.text)) {
    return { name: 'envelope.23', reads: 'never', content: { ...text, part: 'member' } };
  }
  const isRead = key.kind === 'tstr' && options.fetched(key);
  return { name: 'envelope.payload', reads: isRead ? 'installed' : 'never' };
}

function authenticationShape(options: ShapeOptions): Shape {
  const block: Shape = {
    ...blockShape,
    part: 'block',
    reads: options.blocks === 1 ? 'authenticated' : 'maybe',
  };
  return {
    name: 'authentication',
    element: (index) =>
      index === 0
        ? { name: 'authentication.digest', content: { ...digest, part: 'digest' } }
        : { name: 'authentication.block', content: block },
  };
}

const digest: Shape = { name: 'digest', element: (index) => ({ name: `digest.${index}` }) };

const headers: Shape = { name: 'headers', member: () => ({ name: 'header' }) };

const cose: Shape = {
  name: 'cose',
  element: (index) => {
    if (index === 0) return { name: 'cose.protected', content: headers };
    return index === 1 ? headers : { name: `cose.${index}` };
  },
};

const blockShape: Shape = { name: 'block', tagged: cose };

const text: Shape = { name: 'text', reads: 'never', member: () => textLanguage };

const textLanguage: Shape = { name: 'text.language', member: () => textComponent };

const textComponent: Shape = { name: 'text.entry', member: () => ({ name: 'text.entry' }) };

/** The level that each section of the event's procedure is run at; the others are not read (§6.3). */
const runs: Readonly<Record<DeliveryEvent, Readonly<Record<number, Level>>>> = {
  update: {
    [manifestKey.payloadFetch]: 'installed',
    [manifestKey.install]: 'installed',
    [manifestKey.validate]: 'installed',
  },
  boot: {
    [manifestKey.validate]: 'installed',
    [manifestKey.load]: 'invoked',
    [manifestKey.invoke]: 'invoked',
  },
};

const sectionKeys: readonly number[] = [
  manifestKey.validate,
  manifestKey.load,
  manifestKey.invoke,
  manifestKey.payloadFetch,
  manifestKey.install,
];

function manifestShape(event: DeliveryEvent): Shape {
  return {
    name: 'manifest',
    member: ([key, value]) => {
      const number = keyNumber(key);
      if (number === manifestKey.common) return { name: 'manifest.3', content: common };
      if (number === manifestKey.text) return { name: 'manifest.23', content: text };
      if (number === undefined || !sectionKeys.includes(number))
        return { name: `manifest.${number ?? 'other'}` };
      if (value.kind === 'array')
        return { name: 'manifest.severed', element: (i) => ({ name: `digest.${i}` }) };
      const reads = runs[event][number] ?? 'never';
      return { name: 'manifest.section', content: { ...sequence('section'), reads } };
    },
  };
}

const common: Shape = {
  name: 'common',
  member: ([key]) => {
    if (isInt(key, commonKey.sharedSequence)) return { name: 'common.4', content: sequence('shared') };
    return isInt(key, commonKey.components) ? components : { name: 'common.other' };
  },
};

const components: Shape = {
  name: 'common.2',
  element: () => ({ name: 'identifier', element: () => ({ name: 'identifier.part' }) }),
};

function sequence(name: string): Shape {
  return {
    name: `sequence.${name}`,
    element: (index, items) => (index % 2 === 0 ? { name: 'command' } : argument(items[index - 1] as Item)),
  };
}

function argument(code: Item): Shape {
  if (isInt(code, commandCode.overrideParameters)) return parameters;
  if (isInt(code, commandCode.setComponentIndex)) return { name: 'index' };
  if (isInt(code, commandCode.runSequence)) {
    return { name: 'nested', reads: 'maybe', content: sequence('nested') };
  }
  if (isInt(code, commandCode.tryEach)) {
    const branch: Shape = { name: 'nested', reads: 'maybe', content: sequence('nested') };
    return { name: 'branches', element: () => branch };
  }
  return { name: 'policy' };
}

const parameters: Shape = {
  name: 'parameters',
  member: ([key]) => {
    const number = keyNumber(key);
    const shape: Shape = { name: `parameter.${number ?? 'other'}` };
    // Only a condition that consumes the digest has to look into it.
    const isDigest = number === parameterKey.imageDigest;
    return isDigest ? { ...shape, content: { ...digest, reads: 'maybe' } } : shape;
  },
};

function keyNumber(key: Item): number | undefined {
  return key.kind === 'uint' || key.kind === 'nint' ? Number(key.value) : undefined;
}
