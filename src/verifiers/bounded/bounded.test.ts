import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readItem } from '../../cbor/read.ts';
import type { Decision } from '../../device/decision.ts';
import type { Delivery } from '../../device/delivery.ts';
import type { Recipient } from '../../device/recipient.ts';
import { type ExampleEnvelope, exampleEnvelopes, exampleOf } from '../../measure/examples.ts';
import { packageRoot } from '../../package-root.ts';
import { severedEntries } from '../../suit/build.ts';
import { severedFromJson } from '../../suit/model-json.ts';
import { encode, partsOf } from '../../suit/parts.ts';
import type { Session } from '../verifier.ts';
import { boundedParser, boundedVerifier } from './bounded.ts';

const examples = exampleEnvelopes();

function open(recipient: Recipient, arenaBytes?: number): Session {
  return boundedVerifier(arenaBytes === undefined ? {} : { arenaBytes }).open(recipient) as Session;
}

function answer(recipient: Recipient, delivery: Delivery, arenaBytes?: number): Decision {
  return open(recipient, arenaBytes).deliver(delivery) as Decision;
}

function withBytes({ delivery }: ExampleEnvelope, envelope: Uint8Array): Delivery {
  return { ...delivery, envelope };
}

describe('the bounded verifier and the published examples', () => {
  // The figures are exact: an arena one word smaller is refused (below).
  const highWater = {
    example0: 344,
    example1: 344,
    example2: 344,
    example3: 360,
    example4: 424,
    example5: 376,
  };

  for (const { name, recipient, delivery } of examples) {
    const level = delivery.event === 'boot' ? 'invoked' : 'installed';
    it(`accepts ${name} as ${level}`, () => {
      const decision = answer(recipient, delivery);
      expect(decision).toMatchObject({ kind: 'accepted', level });
      expect(decision.cost?.highWaterBytes).toBe(highWater[name as keyof typeof highWater]);
    });

    it(`answers ${name} alike, whatever came before it`, () => {
      // Both start with the state that the first leaves.
      const session = open(recipient);
      session.deliver(delivery);
      const alone = session.deliver(delivery);
      session.deliver({ ...delivery, envelope: delivery.envelope.subarray(0, 200) });
      session.deliver({ ...delivery, envelope: Uint8Array.of(0xd8, 0x6b, 0xa0) });
      expect(session.deliver(delivery)).toEqual(alone);
    });
  }

  it('leaves the images where the manifests put them, and boots them from the envelope it stored', () => {
    const sizes = ({ state }: Decision) =>
      state!.full!.contents.map(([slot]) => (slot?.kind === 'assumed' ? Number(slot.size) : 0));
    const answered = examples
      .filter(({ delivery }) => delivery.event === 'update')
      .map(({ recipient, delivery }) => {
        const session = open(recipient);
        const updated = session.deliver(delivery) as Decision;
        const booted = session.deliver({ event: 'boot', payloads: [] }) as Decision;
        return [sizes(updated), booted.kind === 'accepted' ? booted.level : booted.reason];
      });
    // Components 00, 02 and 01. What example 4 loads has another digest than what it was copied from.
    expect(answered).toEqual([
      [[34768, 0, 0], 'installed'],
      [[34768, 0, 0], 'installed'],
      [[34768, 34768, 0], 'image-mismatch'],
      [[34768, 0, 76834], 'invoked'],
    ]);
  });

  it('runs the stored envelope where a boot has none', () => {
    const { recipient, delivery } = examples[0]!;
    const boot: Delivery = { event: 'boot', payloads: [] };
    expect(answer({ ...recipient, installed: delivery.envelope }, boot).kind).toBe('accepted');
    expect(answer(recipient, boot)).toMatchObject({ kind: 'rejected', reason: 'state-conflict' });
  });

  it('misses the severed elements of example 2 in an update, not in a boot', () => {
    const { recipient, delivery } = examples.find(({ name }) => name === 'example2')!;
    expect(answer(recipient, { ...delivery, event: 'update' })).toMatchObject({ reason: 'severed-missing' });
  });

  it('takes example 2 with its install section in the envelope, in an update and in a boot', () => {
    const { name, recipient, delivery } = exampleOf('example2-full', withInstall());
    expect([name, delivery.event]).toEqual(['example2-full', 'update']);
    const session = open(recipient);
    expect(session.deliver(delivery)).toMatchObject({ kind: 'accepted', level: 'installed' });
    expect(session.deliver({ ...delivery, event: 'boot' })).toMatchObject({ level: 'invoked' });
  });
});

/** Example 2 with its severed install section, without its text; the signature is the published one. */
function withInstall(): Uint8Array {
  const example2 = examples.find(({ name }) => name === 'example2')!;
  const read = partsOf(example2.delivery.envelope);
  const file = join(packageRoot(), 'corpus', 'examples', 'example2-full.json');
  const { severed } = JSON.parse(readFileSync(file, 'utf8')) as { severed: unknown };
  if (!read.ok) throw new Error(read.problem.message);
  return encode({ ...read.parts, members: severedEntries(severedFromJson(severed)) });
}

const vectors = process.env.GAUNTLET_VECTORS && join(process.env.GAUNTLET_VECTORS, 'manifest-37');

describe.skipIf(!vectors)('the bounded verifier and the files as published', () => {
  for (const { name, delivery } of examples) {
    it(`${name} is the same as rebuilt`, () => {
      const published = new Uint8Array(readFileSync(join(vectors as string, `${name}.suit`)));
      expect(delivery.envelope).toEqual(published);
    });
  }

  it('accepts example 2 with its severed elements in an update', () => {
    const file = join(vectors as string, 'example2-full.suit');
    expect(existsSync(file)).toBe(true);
    const { recipient, delivery } = exampleOf('example2-full', new Uint8Array(readFileSync(file)));
    expect(delivery.event).toBe('update');
    expect(answer(recipient, delivery)).toMatchObject({ kind: 'accepted', level: 'installed' });
  });
});

describe('the arena as a ceiling', () => {
  it('accepts at the high-water mark, and one word less is refused by name', () => {
    for (const { recipient, delivery } of examples) {
      const { cost } = answer(recipient, delivery);
      const enough = cost!.highWaterBytes!;
      expect(answer(recipient, delivery, enough)).toMatchObject({ kind: 'accepted', cost });
      expect(answer(recipient, delivery, enough - 4)).toMatchObject({
        kind: 'rejected',
        stage: 'resource',
        reason: 'limit-memory',
        cost: { wantedBytes: enough },
      });
    }
  });

  it('is reached by following wantedBytes from nothing', () => {
    for (const { recipient, delivery } of examples) {
      let arenaBytes = 0;
      let decision = answer(recipient, delivery, arenaBytes);
      while (decision.kind === 'rejected') {
        expect(decision.reason).toBe('limit-memory');
        expect(decision.cost!.wantedBytes!).toBeGreaterThan(arenaBytes);
        expect(decision.cost!.highWaterBytes ?? 0).toBeLessThanOrEqual(arenaBytes);
        arenaBytes = decision.cost!.wantedBytes!;
        decision = answer(recipient, delivery, arenaBytes);
      }
      expect(decision.cost!.highWaterBytes).toBe(arenaBytes);
    }
  });

  it('does not grow with a length or a count that is only claimed', () => {
    const { recipient, delivery } = examples[0]!;
    const claims = [
      [0xd8, 0x6b, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0],
      [0xd8, 0x6b, 0xa1, 0x02, 0x5b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
      [0x9a, 0xff, 0xff, 0xff, 0xff],
    ];
    const least = answer(recipient, { ...delivery, envelope: Uint8Array.of(0xa0) }).cost!.highWaterBytes!;
    for (const bytes of claims) {
      const decision = answer(recipient, { ...delivery, envelope: Uint8Array.from(bytes) });
      expect(decision).toMatchObject({ reason: 'not-well-formed', cost: { highWaterBytes: least } });
    }
  });
});

describe('the bounded verifier and hostile bytes', () => {
  it('refuses every strict prefix of an example as not well-formed', () => {
    for (const example of examples) {
      const { envelope } = example.delivery;
      const session = open(example.recipient);
      for (let length = 0; length < envelope.length; length++) {
        const decision = session.deliver(withBytes(example, envelope.subarray(0, length)));
        expect(decision).toMatchObject({ kind: 'rejected', stage: 'decode', reason: 'not-well-formed' });
      }
    }
  });

  it('refuses an example with any one bit flipped', () => {
    const example = examples[4]!;
    const session = open(example.recipient);
    const { envelope } = example.delivery;
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const flipped = envelope.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect([bit, (session.deliver(withBytes(example, flipped)) as Decision).kind]).toEqual([
        bit,
        'rejected',
      ]);
    }
  });

  it('stops at the step limit wherever it falls, and never throws', () => {
    for (const { recipient, delivery } of examples) {
      const { steps } = answer(recipient, delivery).cost!;
      for (let maxSteps = 0; maxSteps < steps!; maxSteps++) {
        const session = boundedVerifier({ maxSteps }).open(recipient) as Session;
        const cost = { steps: maxSteps };
        expect(session.deliver(delivery)).toMatchObject({ kind: 'rejected', reason: 'limit-steps', cost });
      }
      const enough = boundedVerifier({ maxSteps: steps! }).open(recipient) as Session;
      expect(enough.deliver(delivery)).toMatchObject({ kind: 'accepted' });
    }
  });

  it('names a stage and a reason for whatever bytes, and never throws', () => {
    const { recipient, delivery } = examples[3]!;
    const session = open(recipient);
    const { envelope } = delivery;
    const edit = fc.record({ at: fc.nat(envelope.length - 1), bytes: fc.uint8Array({ maxLength: 6 }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = envelope.slice();
        for (const { at, bytes: put } of edits) bytes.set(put.subarray(0, envelope.length - at), at);
        const decision = session.deliver({ ...delivery, envelope: bytes }) as Decision;
        const isSame = bytes.every((byte, i) => byte === envelope[i]);
        expect(decision.kind).toBe(isSame ? 'accepted' : 'rejected');
        if (decision.kind === 'rejected') expect(decision.reason).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('parses no further than the structure allows when nobody has signed, and never throws', () => {
    // Behind the signature: the same edits reach the manifest only in the parser.
    const { recipient, delivery } = examples[4]!;
    const parse = boundedParser(recipient);
    const { envelope } = delivery;
    const manifestStart = 0x7c;
    const edit = fc.record({
      at: fc.integer({ min: manifestStart, max: envelope.length - 1 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    });
    let parsed = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const bytes = envelope.slice();
        for (const { at, bytes: put } of edits) bytes.set(put.subarray(0, envelope.length - at), at);
        if (parse(bytes).reason === undefined) parsed += 1;
      }),
      { numRuns: 3000 },
    );
    expect(parsed).toBeGreaterThan(0);
    expect(parse(envelope).reason).toBeUndefined();
  });

  it('agrees with the lossless reader on what is not well-formed', () => {
    const { recipient, delivery } = examples[0]!;
    const session = open(recipient);
    const { envelope } = delivery;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc
            .tuple(fc.nat(20), fc.uint8Array({ minLength: 1, maxLength: 3 }))
            .map(([at, put]) =>
              Uint8Array.from([...envelope.subarray(0, at), ...put, ...envelope.subarray(at)]),
            ),
        ),
        (inner) => {
          // In an array nothing is an envelope, so only the well-formedness is left to be judged.
          const bytes = Uint8Array.of(0x81, ...inner);
          const read = readItem(bytes, { maxDepth: 16 });
          const decision = session.deliver({ ...delivery, envelope: bytes });
          if (read.ok) {
            expect((decision as { reason: string }).reason).toMatch(/^(envelope-structure|cbor-invalid)$/);
          } else if (read.error.code === 'limit-depth' || read.error.code === 'trailing-data') {
            expect(decision).toMatchObject({ reason: read.error.code });
          } else {
            expect(decision).toMatchObject({ stage: 'decode', reason: 'not-well-formed' });
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
