import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../bench-error.ts';
import { arbitrarySevered } from './arbitrary.ts';
import { manifestFromJson, manifestToJson, severedFromJson, severedToJson } from './model-json.ts';

const least = { version: 1, sequenceNumber: 0, components: [] };

describe('the JSON of a manifest', () => {
  it('carries everything through text', () => {
    fc.assert(
      fc.property(arbitrarySevered(), ({ manifest, severed }) => {
        const text = JSON.stringify([manifestToJson(manifest), severedToJson(severed)]);
        const [m, s] = JSON.parse(text) as [unknown, unknown];
        expect(manifestFromJson(m)).toEqual(manifest);
        expect(severedFromJson(s)).toEqual(severed);
      }),
      { numRuns: 150 },
    );
  });

  it('writes integers beyond 2^53 as text', () => {
    const manifest = { ...manifestFromJson(least), sequenceNumber: 2n ** 64n - 1n };
    expect(manifestToJson(manifest)).toMatchObject({ sequenceNumber: '18446744073709551615' });
  });

  it('names conditions and directives as the draft does, without their prefix', () => {
    const json = {
      ...least,
      invoke: [
        { directive: 'invoke', policy: 2 },
        { condition: 'image-match', policy: 15 },
      ],
    };
    expect(manifestFromJson(json).invoke).toEqual([
      { kind: 'directive', code: 23, policy: 2 },
      { kind: 'condition', code: 3, policy: 15 },
    ]);
  });

  it('takes a condition or directive by its number, of whatever registry', () => {
    const command = { kind: 'directive', code: 999, policy: 2 } as const;
    const manifest = { ...manifestFromJson(least), install: [command] };
    const json = manifestToJson(manifest);
    expect(JSON.stringify(json)).toContain('999');
    expect(manifestFromJson(json)).toEqual(manifest);
  });

  const wrong: [place: string, json: unknown][] = [
    ['manifest', null],
    ['manifest lacks "version"', { sequenceNumber: 0, components: [] }],
    ['unknown member "loads"', { ...least, loads: [] }],
    ['manifest.sequenceNumber', { ...least, sequenceNumber: 1.5 }],
    ['manifest.components[0][0]', { ...least, components: [['0']] }],
    ['manifest.validate[0]', { ...least, validate: [{}] }],
    [
      'manifest.validate[1].name',
      { ...least, validate: [{ setComponentIndex: 0 }, { directive: 'image-match', policy: 0 }] },
    ],
    ['manifest.validate[0].policy', { ...least, validate: [{ condition: 'abort', policy: '1' }] }],
    ['manifest.load[0].tryEach[0]', { ...least, load: [{ tryEach: [3] }] }],
    ['manifest.load[0].overrideParameters', { ...least, load: [{ overrideParameters: { URI: 'x' } }] }],
    [
      'manifest.validate[0].argument is not CBOR',
      { ...least, validate: [{ custom: -300, argument: { cbor: 'ff' } }] },
    ],
    ['manifest.referenceUri is not text', { ...least, referenceUri: 7 }],
    [
      'manifest.load[0].overrideParameters.strictOrder is not a boolean',
      { ...least, load: [{ overrideParameters: { strictOrder: 1 } }] },
    ],
    [
      'manifest.load[0].overrideParameters.content is not text',
      { ...least, load: [{ overrideParameters: { content: 7 } }] },
    ],
    ['is not a pair', { ...least, text: [{ language: 'en', texts: [[1]], components: [] }] }],
    ['manifest.install', { ...least, install: { severed: { algorithm: -16 } } }],
    ['manifest.install[0].argument', { ...least, install: [{ custom: -300, argument: { cbor: '1' } }] }],
  ];
  for (const [place, json] of wrong) {
    it(`is refused by the place: ${place}`, () => {
      const error = thrownBy(() => manifestFromJson(json));
      expect(error).toBeInstanceOf(BenchError);
      expect(error).toMatchObject({ code: 'model-json', message: expect.stringContaining(place) });
    });
  }
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
