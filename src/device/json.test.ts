import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { toHex } from '../cbor/hex.ts';
import { authorEd25519, authorHmac } from '../cose/test-keys.ts';
import type { Decision } from './decision.ts';
import type { Delivery, Payload } from './delivery.ts';
import {
  decisionFromJson,
  decisionToJson,
  deliveryFromJson,
  deliveryToJson,
  recipientFromJson,
  recipientToJson,
  recipientToText,
  stateFromJson,
  stateToJson,
  writeDelivery,
} from './json.ts';
import type { Component, Content, Recipient, RecipientState } from './recipient.ts';

const bytes = fc.uint8Array({ maxLength: 20 });
const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
const unsigned = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const digest = fc.record({ algorithm: fc.constantFrom(-16, -44), bytes });
const assumed = fc
  .record({ digest, size: fc.option(unsigned, { nil: undefined }) })
  .map(({ digest, size }) => ({ kind: 'assumed' as const, digest, ...(size !== undefined && { size }) }));
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.constant({ kind: 'empty' as const }),
  bytes.map((of) => ({ kind: 'bytes' as const, bytes: of })),
  assumed,
);
const component: fc.Arbitrary<Component> = fc.record({
  identifier: fc.array(bytes, { minLength: 1, maxLength: 3 }),
  vendorIds: fc.array(id, { maxLength: 2 }),
  pens: fc.array(bytes, { maxLength: 1 }),
  classIds: fc.array(id, { maxLength: 2 }),
  deviceIds: fc.array(id, { maxLength: 1 }),
  capacity: fc.nat(),
  storage: fc.constantFrom('fixed' as const, 'variable' as const),
  current: fc.constant(0),
  running: fc.constant(1),
  slots: fc.array(content, { minLength: 1, maxLength: 2 }),
});
const recipient: fc.Arbitrary<Recipient> = fc
  .record({
    components: fc.array(component, { minLength: 1, maxLength: 3 }),
    sequenceNumber: fc.option(unsigned, { nil: undefined }),
    installed: fc.option(bytes, { nil: undefined }),
    clock: fc.oneof(
      fc.constant({ kind: 'none' as const }),
      unsigned.map((now) => ({ kind: 'trusted' as const, now })),
    ),
  })
  .map(({ sequenceNumber, installed, ...rest }) => ({
    ...rest,
    anchors: [
      {
        kid: Uint8Array.of(0, 255),
        key: authorHmac,
        algorithms: [5],
        roles: ['author'] as const,
        rights: [{ prefix: [Uint8Array.of(7), Uint8Array.of(8, 9)], commands: [21], parameters: [] }],
      },
    ],
    componentSets: [[0, 1], []],
    policy: { kind: 'at-least' as const, count: 1 },
    capabilities: { commands: [1, 2], parameters: [3], digests: [-16], schemes: ['http'] },
    deviceClass: 2 as const,
    ...(sequenceNumber !== undefined && { sequenceNumber }),
    ...(installed !== undefined && { installed }),
  }));
const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ uri: fc.string(), kind: fc.constantFrom('bytes' as const, 'endless' as const), bytes }),
  fc.record({ uri: fc.string(), kind: fc.constant('redirect' as const), to: fc.string() }),
  fc.record({ uri: fc.string(), kind: fc.constant('slow' as const), bytes, seconds: fc.nat() }),
  fc.record({ uri: fc.string() }).chain(({ uri }) => assumed.map((of) => ({ uri, ...of }))),
);
const state: fc.Arbitrary<RecipientState> = fc
  .record({
    contents: fc.array(fc.array(content, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
    installed: bytes,
  })
  .map((drawn) => ({ ...drawn, sequenceNumber: 2n ** 63n }));

function written(delivery: Delivery): string {
  const pieces: string[] = [];
  const rest = writeDelivery(
    delivery,
    { text: (piece) => pieces.push(piece), hex: (of) => pieces.push(toHex(of)) },
    '{"id":1',
  );
  return pieces.join('') + rest;
}

const overTheWire = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

describe('recipients, deliveries, states and decisions as JSON', () => {
  it('come back the same', () => {
    const event = fc.constantFrom('update' as const, 'boot' as const);
    const when = fc.constantFrom('before' as const, 'torn' as const, 'after' as const);
    const delivery: fc.Arbitrary<Delivery> = fc.record(
      {
        event,
        envelope: bytes,
        candidates: fc.array(bytes, { minLength: 1, maxLength: 2 }),
        payloads: fc.array(payload),
        laterPayloads: fc.array(payload),
        anchorsRemoved: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
        meanwhile: fc.record({
          after: fc.constantFrom('authenticated' as const, 'procedure' as const),
          envelope: bytes,
          payloads: fc.array(payload),
        }),
        bufferComponent: fc.record({ component: fc.nat({ max: 9 }), offset: fc.nat() }),
        slotChange: fc.record({ component: fc.nat({ max: 9 }), bytes }),
        bufferChange: fc.record({
          after: fc.constantFrom('authenticated' as const, 'severed' as const),
          offset: fc.nat(),
          bytes,
        }),
        powerCut: fc.record({ step: fc.integer({ min: 1, max: 99 }), when }),
      },
      { requiredKeys: ['event', 'payloads'] },
    );
    fc.assert(
      fc.property(recipient, delivery, state, (r, d, s) => {
        expect(recipientFromJson(overTheWire(recipientToJson(r)))).toEqual(r);
        expect(deliveryFromJson(overTheWire(deliveryToJson(d)))).toEqual(d);
        expect(recipientToText(r)).toBe(JSON.stringify(recipientToJson(r)));
        expect(written(d)).toBe(JSON.stringify({ id: 1, ...deliveryToJson(d) }));
        expect(stateFromJson(overTheWire(stateToJson(s)))).toEqual(s);
        const decision: Decision = {
          kind: 'accepted',
          level: 'invoked',
          state: { full: s, components: [null, { sha256: Uint8Array.of(1), size: 3n }] },
          effects: [
            { kind: 'commit', sequenceNumber: 7n },
            { kind: 'invoke', component: 0, arguments: Uint8Array.of(0) },
          ],
          cost: { steps: 4 },
        };
        expect(decisionFromJson(overTheWire(decisionToJson(decision)))).toEqual(decision);
      }),
    );
  });

  it('never hold a private scalar', () => {
    const [one] = fc.sample(recipient, { numRuns: 1, seed: 1 }) as [Recipient];
    const anchors = [{ key: authorEd25519, algorithms: [-19], roles: ['author'] as const }];
    const json = JSON.stringify(recipientToJson({ ...one, anchors }));
    expect(json).not.toContain('"d"');
    expect(json).not.toContain('f3a5039cf85d8e8b');
    expect(recipientToText({ ...one, anchors })).toBe(json);
  });

  it('are refused with the name of the field that is wrong', () => {
    const [one] = fc.sample(recipient, { numRuns: 1, seed: 1 }) as [Recipient];
    const json = overTheWire(recipientToJson(one)) as Record<string, unknown>;
    const refusal = (make: () => unknown): unknown => {
      try {
        return make();
      } catch (error) {
        return error instanceof BenchError ? `${error.code}: ${error.message}` : error;
      }
    };
    expect(refusal(() => recipientFromJson({ ...json, deviceClass: 3 }))).toMatch(
      /^json-recipient: .*deviceClass/,
    );
    const { components: _gone, ...without } = json;
    expect(refusal(() => recipientFromJson(without))).toMatch(/^json-recipient: .*components/);
    expect(refusal(() => recipientFromJson({ ...json, installed: 'xyz' }))).toMatch(
      /^json-recipient: .*installed/,
    );
    expect(refusal(() => recipientFromJson(null))).toMatch(/^json-recipient: /);
    expect(refusal(() => deliveryFromJson({ event: 'reset', payloads: [] }))).toMatch(
      /^json-delivery: .*event/,
    );
    expect(
      refusal(() => deliveryFromJson({ event: 'boot', payloads: [], powerCut: { step: 0, when: 'torn' } })),
    ).toMatch(/^json-delivery: .*powerCut.step/);
    expect(refusal(() => stateFromJson({ contents: [[{ kind: 'bytes' }]] }))).toMatch(/^json-state: .*bytes/);
    expect(refusal(() => stateFromJson({ sequenceNumber: '1' }))).toMatch(/^json-state: .*contents/);
  });
});
