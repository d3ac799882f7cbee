/**
 * The worst case, searched for: the delivery of at most so many bytes that costs a verifier most.
 *
 * Evolution guided by the cost counted, from the attacks on room and time as seeds. The same seed and the same
 * counted cost give the same search.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import type { Item } from '../cbor/item.ts';
import type { Outcome } from '../device/outcome.ts';
import { deviceOf } from '../harness/claims-seen.ts';
import { summary } from '../harness/judge.ts';
import type { Device } from '../harness/scenario-pool.ts';
import { type EnvelopeParts, encode } from '../suit/parts.ts';
import type { NamedEntry } from '../verifiers/transports/verifier-entry.ts';
import { type Draw, drawer, drawFrom } from './draws.ts';
import { type CountedMetric, countedMetrics } from './growth.ts';
import { mutate, mutations, opened } from './mutate.ts';
import { type Candidate, openCandidate } from './operations.ts';
import { grownTo } from './series.ts';
import { ascending, quantile } from './timing.ts';
import { authorFor, envelopeOf, type Maker, type Seed, seedsFor } from './worst-seeds.ts';

/** `time`: nanoseconds on this machine, the only one that is not counted. */
export type WorstMetric = CountedMetric | 'time';

export const worstMetrics: readonly WorstMetric[] = [...countedMetrics, 'time'];

export interface WorstOptions {
  readonly verifier: string;
  /** The most that an envelope may have. */
  readonly bytes: number;
  readonly maker: Maker;
  readonly metric: WorstMetric;
  readonly seed: number;
  /** Deliveries that are tried beside the seeds. */
  readonly tries: number;
}

export interface WorstReport extends WorstOptions {
  /** Of valid envelopes of about that size, grown in one dimension each: the median of their costs. */
  readonly typical: number;
  readonly typicals: Readonly<Record<string, number>>;
  readonly worst: {
    readonly cost: number;
    readonly envelopeBytes: number;
    /** Cost over the typical one. */
    readonly amplification: number;
    /** The attack or family that it was bred from, and what was done to it. */
    readonly origin: string;
    readonly mutations: readonly string[];
    /** What became of it. */
    readonly outcome: string;
    /** Hexadecimal. */
    readonly envelope: string;
  };
  /** The best of the seeds, before any change. */
  readonly seedCost: number;
  readonly evaluated: number;
  /** Deliveries at which the verifier threw: findings of their own, for `gauntlet run`. */
  readonly crashes: number;
}

interface Individual extends Seed {
  readonly mutations: readonly string[];
  readonly cost: number;
}

/** `entries`: verifiers that a config file names. */
export async function searchWorst(
  options: WorstOptions,
  entries?: readonly NamedEntry[],
): Promise<WorstReport> {
  const verifier = await openCandidate(options.verifier, entries);
  try {
    return await new Search(verifier, options).run();
  } finally {
    await verifier.close();
  }
}

/** What is dear is found sooner where it is small; then it is grown, doubling the bytes in each stage. */
const smallStart = 400;

/** The most bytes at each try. */
function limitAt(part: number, most: number): number {
  const start = Math.min(most, smallStart);
  const doublings = Math.ceil(Math.log2(most / start));
  // Half of all tries on the small ones.
  const stage = part < 0.5 ? 0 : Math.ceil((part - 0.5) * 2 * doublings);
  return Math.min(most, start * 2 ** stage);
}

const nicheSize = 4;
/** So that an individual's change can meet another's, but a few dozen tries are not wasted on one place. */
const mostMutations = 3;

class Search {
  private readonly verifier: Candidate;
  private readonly options: WorstOptions;
  private readonly draw: Draw;
  private readonly device: Device;
  private readonly niches = new Map<string, readonly Individual[]>();
  private limit = 0;
  private evaluated = 0;
  private crashes = 0;

  constructor(verifier: Candidate, options: WorstOptions) {
    this.verifier = verifier;
    this.device = verifier.subject ? deviceOf(verifier.subject, undefined) : {};
    this.options = options;
    this.draw = drawer(options.seed);
  }

  async run(): Promise<WorstReport> {
    const { bytes, maker, seed, tries, verifier, metric } = this.options;
    const typicals = await this.typicals();
    for (const one of seedsFor(maker, bytes, seed, this.device)) {
      const cost = await this.costOf(one);
      if (cost !== undefined) this.keep({ ...one, parts: openParts(one.parts), mutations: [], cost });
    }
    const seedCost = this.ranking()[0]?.cost;
    if (seedCost === undefined)
      throw new BenchError(
        'worst-metric',
        `${verifier}: no delivery of at most ${bytes} bytes told its ${metric}; the verifier may not count it (--metric time is always there), or more bytes are needed`,
      );
    for (let i = 0; i < tries; i++) {
      this.limit = limitAt((i + 1) / tries, bytes);
      const parent = this.parent();
      if (parent !== undefined) await this.breed(parent);
    }
    const [best] = this.ranking() as [Individual, ...Individual[]];
    const typical = quantile(ascending(Object.values(typicals)), 0.5);
    return {
      ...this.options,
      typical,
      typicals,
      worst: {
        cost: best.cost,
        envelopeBytes: best.delivery.envelope.length,
        amplification: best.cost / typical,
        origin: best.origin,
        mutations: best.mutations,
        outcome: await this.outcomeOf(best),
        envelope: Buffer.from(best.delivery.envelope).toString('hex'),
      },
      seedCost,
      evaluated: this.evaluated,
      crashes: this.crashes,
    };
  }

  private async breed(parent: Individual): Promise<void> {
    let { parts } = parent;
    const done: string[] = [];
    for (let i = 1 + this.draw(mostMutations); i > 0; i--) {
      const room = Math.max(0, this.limit - encode(parts).length);
      const kind = drawFrom(this.draw, mutations);
      const changed = this.changed(parts, kind, room);
      if (changed === undefined) continue;
      done.push(`${kind} in ${changed.place}`);
      parts = changed.parts;
    }
    if (done.length === 0) return;
    const envelope = envelopeOf(parts, parent.signers);
    if (envelope.length > this.limit) return;
    const child = { ...parent, parts, delivery: { ...parent.delivery, envelope } };
    const cost = await this.costOf(child);
    if (cost !== undefined) this.keep({ ...child, cost, mutations: [...parent.mutations, ...done] });
  }

  /** In the manifest by the author, in all else by anyone. */
  private changed(
    parts: EnvelopeParts,
    kind: (typeof mutations)[number],
    room: number,
  ): { readonly parts: EnvelopeParts; readonly place: string } | undefined {
    const places =
      this.options.maker === 'signed'
        ? (['manifest', 'manifest', 'members'] as const)
        : (['members', 'blocks', 'manifest'] as const);
    const place = drawFrom(this.draw, places);
    const change = (item: Item): Item | undefined => mutate(item, kind, room, this.draw);
    switch (place) {
      case 'manifest': {
        const manifest = change(parts.manifest);
        return manifest?.kind === 'map' ? { place, parts: { ...parts, manifest } } : undefined;
      }
      case 'members': {
        const members = change({ kind: 'map', entries: parts.members });
        return members?.kind === 'map' ? { place, parts: { ...parts, members: members.entries } } : undefined;
      }
      case 'blocks': {
        const blocks = change({ kind: 'array', items: parts.blocks });
        return blocks?.kind === 'array' ? { place, parts: { ...parts, blocks: blocks.items } } : undefined;
      }
    }
  }

  /** The best few of each origin, so that one fault does not hide all others; of the same cost only the smallest. */
  private keep(one: Individual): void {
    const others = this.niches.get(one.origin) ?? [];
    if (others.some((other) => other.cost === one.cost && sizeOf(other) <= sizeOf(one))) return;
    this.niches.set(one.origin, [...others, one].toSorted(byCost).slice(0, nicheSize));
  }

  /** From any niche, or from the best of all. */
  private parent(): Individual | undefined {
    const niches = [...this.niches.values()];
    const niche = this.draw(3) > 0 ? this.ranking().slice(0, nicheSize) : niches[this.draw(niches.length)];
    return niche?.[this.draw(niche.length)];
  }

  private ranking(): readonly Individual[] {
    return [...this.niches.values()].flat().toSorted(byCost);
  }

  /** Undefined: it threw, or does not count this. */
  private async costOf(one: Pick<Seed, 'origin' | 'recipient' | 'delivery'>): Promise<number | undefined> {
    this.evaluated++;
    const operations = this.verifier.operationsOn({ ...one, name: one.origin });
    const verify = operations.find(({ kind }) => kind === 'verify');
    try {
      const { metric } = this.options;
      if (metric !== 'time') return (await verify?.count())?.[metric];
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const start = process.hrtime.bigint();
        await verify?.run();
        times.push(Number(process.hrtime.bigint() - start));
      }
      return Math.min(...times);
    } catch {
      this.crashes++;
      return undefined;
    }
  }

  private async outcomeOf(one: Individual): Promise<string> {
    const [verify] = this.verifier
      .operationsOn({ ...one, name: one.origin })
      .filter(({ kind }) => kind === 'verify');
    return summary((await verify?.run()) as Outcome);
  }

  /** Of valid envelopes grown to the size, one for each dimension in which they can be. */
  private async typicals(): Promise<Readonly<Record<string, number>>> {
    const found: Record<string, number> = {};
    for (const dimension of typicalDimensions) {
      const envelope = grownTo(this.options.bytes, dimension, authorFor(this.device));
      const cost = envelope && (await this.costOf({ ...envelope, origin: dimension }));
      if (cost !== undefined) found[dimension] = cost;
    }
    if (Object.keys(found).length === 0)
      throw new BenchError(
        'worst-metric',
        `${this.options.verifier} does not tell its ${this.options.metric}; --metric time is always there`,
      );
    return found;
  }
}

function sizeOf({ delivery }: Individual): number {
  return delivery.envelope.length;
}

/** The dearest first, of the same cost the smaller. */
function byCost(a: Individual, b: Individual): number {
  return b.cost - a.cost || sizeOf(a) - sizeOf(b);
}

const typicalDimensions: readonly string[] = ['commands', 'parameters', 'branches', 'text', 'languages'];

function openParts(parts: EnvelopeParts): EnvelopeParts {
  const manifest = opened(parts.manifest);
  return {
    ...parts,
    manifest: manifest.kind === 'map' ? manifest : parts.manifest,
    members: parts.members.map(([key, value]) => [key, opened(value)]),
  };
}
