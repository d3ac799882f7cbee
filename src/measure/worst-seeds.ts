/**
 * Where the search for the worst case starts: valid scenarios, and the attacks on room and time (group Q).
 *
 * @module
 */
import { catalogue } from '../attacks/catalogue.ts';
import { validCases } from '../attacks/valid.ts';
import type { Signer } from '../cose/blocks.ts';
import type { Delivery } from '../device/delivery.ts';
import type { Recipient } from '../device/recipient.ts';
import { drawCase, isInapplicable } from '../harness/case.ts';
import { type Device, ScenarioPool } from '../harness/scenario-pool.ts';
import { buildScenario } from '../scenarios/build.ts';
import { type EnvelopeParts, encode, partsOf, seal } from '../suit/parts.ts';
import { algorithmSigners, author, series, seriesEnvelope } from './series.ts';

/** Who makes the delivery: the author, or one without a key, who can only alter what the author signed. */
export type Maker = 'signed' | 'outsider';

export interface Seed {
  /** The attack, or the valid family. */
  readonly origin: string;
  readonly recipient: Recipient;
  readonly delivery: Delivery & { readonly envelope: Uint8Array };
  readonly parts: EnvelopeParts;
  readonly signers: readonly Signer[];
}

const families: readonly string[] = ['valid.fetch', 'valid.common.forms', 'valid.text.places'];
const rounds = 16;

/** Those of at most so many bytes. The same seed and device, the same seeds. */
export function seedsFor(maker: Maker, bytes: number, seed: number, device: Device = {}): readonly Seed[] {
  const key = JSON.stringify([seed, device]);
  const all = drawn.get(key) ?? [...plainSeeds(authorFor(device)), ...drawSeeds(seed, device)];
  drawn.set(key, all);
  return all
    .filter((one) => one.delivery.envelope.length <= bytes && (maker === 'signed' || !one.isAuthors))
    .map(({ isAuthors: _, ...one }) => (maker === 'signed' ? one : { ...one, signers: [] }));
}

interface DrawnSeed extends Seed {
  /** Only the author can make it. */
  readonly isAuthors: boolean;
}

const drawn = new Map<string, readonly DrawnSeed[]>();

/** Of an algorithm that the verifier claims. */
export function authorFor({ within }: Device): Signer {
  const known = [author, ...algorithmSigners()];
  return known.find(({ algorithm }) => within?.algorithms.includes(algorithm)) ?? author;
}

/** Small valid envelopes, with much room for what is to come. */
function plainSeeds(author: Signer): readonly DrawnSeed[] {
  return series.flatMap(({ dimension, sizes }) => {
    const { recipient, delivery } = seriesEnvelope(dimension, sizes[0] ?? 1, author);
    return seedOf({
      origin: `series ${dimension}`,
      recipient,
      delivery,
      signers: [author],
      isAuthors: false,
    });
  });
}

function drawSeeds(seed: number, device: Device): readonly DrawnSeed[] {
  const attacks = catalogue.filter(({ group }) => group === 'Q');
  const valid = validCases.filter(({ id }) => families.includes(id));
  const pool = new ScenarioPool(seed, device);
  const found: DrawnSeed[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const attack of [...valid, ...attacks]) {
      const one = drawCase(attack, round, seed, pool);
      if (isInapplicable(one) || one.plan === undefined) continue;
      const [step, ...others] = one.attacked.steps;
      if (step === undefined || others.length > 0 || step.delivery.event !== 'update') continue;
      const { signers } = buildScenario(one.plan);
      const recipient = step.on ?? one.attacked.recipient;
      const isAuthors = isAuthorsOnly(attack.by);
      found.push(...seedOf({ origin: attack.id, recipient, delivery: step.delivery, signers, isAuthors }));
    }
  }
  return found;
}

function seedOf(made: Omit<DrawnSeed, 'parts' | 'delivery'> & { readonly delivery: Delivery }): DrawnSeed[] {
  const { envelope } = made.delivery;
  const read = envelope && partsOf(envelope);
  return envelope && read?.ok
    ? [{ ...made, delivery: { ...made.delivery, envelope }, parts: read.parts }]
    : [];
}

function isAuthorsOnly(by: string | readonly string[]): boolean {
  return by === 'author' || (Array.isArray(by) && by.every((one) => one === 'author'));
}

/** As its maker can send it: the author signs anew, the outsider leaves the blocks as they are. */
export function envelopeOf(parts: EnvelopeParts, signers: readonly Signer[]): Uint8Array {
  return encode(signers.length === 0 ? parts : seal(parts, signers));
}
