import { describe, expect, it } from 'vitest';
import {
  array,
  bool,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  isInt,
  map,
  nil,
  tstr,
  wrapped,
} from '../../cbor/item.ts';
import { sortEntries } from '../../cbor/order.ts';
import { manifestItem, sever, severedEntries } from '../../suit/build.ts';
import type { Manifest } from '../../suit/model.ts';
import { manifestDigest } from '../../suit/parts.ts';
import {
  act,
  component,
  deliver,
  image,
  index,
  manifest,
  recipient,
  twoComponents,
  uri,
} from './fixtures/trial.ts';

/** The manifest with one member replaced, added or (undefined) removed; signed as it then is. */
function withMember(key: number, value: Item | undefined): CborMap {
  const item = manifestItem(manifest());
  const others = item.entries.filter(([k]) => !isInt(k, key));
  return sortEntries({ ...item, entries: value === undefined ? others : [...others, [int(key), value]] });
}

function withCommon(...entries: Entry[]): CborMap {
  return withMember(3, wrapped(map(...entries)));
}

describe('version and sequence number', () => {
  it.each<[string, CborMap]>([
    ['version-missing', withMember(1, undefined)],
    ['version-unsupported', withMember(1, int(0))],
    ['version-unsupported', withMember(1, int(2))],
    ['version-unsupported', withMember(1, int(2n ** 32n + 1n))],
    ['version-unsupported', withMember(1, int(-1))],
    ['version-unsupported', withMember(1, tstr('1'))],
    ['sequence-missing', withMember(2, undefined)],
    ['type-mismatch', withMember(2, int(-1))],
    ['type-mismatch', withMember(2, nil)],
    ['type-mismatch', withMember(2, tstr('6'))],
  ])('%s', async (reason, item) => {
    expect(await deliver(item)).toMatchObject({ kind: 'rejected', reason });
  });

  it.each([
    [5n, 5n, 'accepted'],
    [5n, 4n, 'rejected'],
    [2n ** 31n, 2n ** 31n - 1n, 'rejected'],
    [2n ** 31n - 1n, 2n ** 31n, 'accepted'],
    [2n ** 53n + 1n, 2n ** 53n, 'rejected'],
    [2n ** 53n, 2n ** 53n + 1n, 'accepted'],
    [2n ** 64n - 1n, 0n, 'rejected'],
    [0n, 2n ** 64n - 1n, 'accepted'],
    [undefined, 0n, 'accepted'],
  ])('installed %s, offered %s: %s', async (sequenceNumber, offered, kind) => {
    const { sequenceNumber: _, ...fresh } = recipient();
    const device = sequenceNumber === undefined ? fresh : { ...fresh, sequenceNumber };
    const decision = await deliver(manifest({ sequenceNumber: offered }), { recipient: device });
    expect(decision.kind).toBe(kind);
    expect(decision.state?.sequenceNumber).toBe(kind === 'accepted' ? offered : sequenceNumber);
  });
});

describe('structure', () => {
  const digest = array(int(-16), bstr(new Uint8Array(32)));
  it.each<[string, CborMap]>([
    ['manifest-structure', withMember(3, undefined)],
    ['type-mismatch', withMember(3, int(1))],
    ['manifest-structure', withMember(3, wrapped(array()))],
    ['trailing-data', withMember(3, wrapped(map(), nil))],
    ['not-well-formed', withMember(3, bstr(new Uint8Array(0)))],
    ['type-mismatch', withMember(4, bstr(new Uint8Array(1)))],
    ['cbor-invalid', withMember(4, { kind: 'tstr', bytes: Uint8Array.of(0xc0, 0x80) })],
    ['type-mismatch', withMember(7, nil)],
    ['manifest-structure', withMember(7, digest)],
    ['command-malformed', withMember(7, wrapped(map()))],
    ['command-malformed', withMember(7, wrapped(array(int(3))))],
    ['command-malformed', withMember(7, wrapped(array(int(3), int(16))))],
    ['command-malformed', withMember(7, wrapped(array(nil, int(0))))],
    [
      'cbor-invalid',
      { ...manifestItem(manifest()), entries: [[int(1), int(1)], ...manifestItem(manifest()).entries] },
    ],
    [
      'non-deterministic',
      { ...manifestItem(manifest()), entries: manifestItem(manifest()).entries.toReversed() },
    ],
    ['manifest-structure', withCommon([int(2), array()])],
    ['manifest-structure', withCommon([int(2), array(bstr(image))])],
    ['manifest-structure', withCommon([int(2), array(array(bstr(image)), array(bstr(image)))])],
    ['type-mismatch', withCommon([int(2), array(array(bstr(image)))], [int(4), int(0)])],
    ['type-mismatch', withMember(23, wrapped(map([tstr('en'), map([int(1), int(1)])])))],
    ['manifest-structure', withMember(23, wrapped(map([tstr('en'), map([array(bstr(image)), map()])])))],
    ['manifest-structure', withMember(23, wrapped(map([tstr('-'), map([int(1), tstr('a')])])))],
  ])('%s', async (reason, item) => {
    expect(await deliver(item)).toMatchObject({ kind: 'rejected', reason });
  });

  it.each<[string, CborMap]>([
    ['an unknown member', withMember(99, bool(true))],
    ['texts', withMember(23, wrapped(map([tstr('en-US'), map([int(1), tstr('a')], [int(-1), nil])])))],
    ['non-shortest heads', withMember(2, { kind: 'uint', value: 6n, width: 8 })],
  ])('%s is accepted', async (_name, item) => {
    expect(await deliver(item)).toMatchObject({ kind: 'accepted' });
  });
});

describe('binding to the digest', () => {
  it('refuses another manifest under an authentic digest', async () => {
    const other = manifestItem(manifest({ sequenceNumber: 7n }));
    const decision = await deliver(manifest(), { alter: (parts) => ({ ...parts, manifest: other }) });
    expect(decision).toMatchObject({ reason: 'manifest-digest-mismatch', effects: [] });
  });

  it('refuses another manifest with its own digest under the old signature', async () => {
    const other = manifestItem(manifest({ sequenceNumber: 7n }));
    const decision = await deliver(manifest(), {
      alter: (parts) => ({
        ...parts,
        manifest: other,
        digest: manifestDigest({ ...parts, manifest: other }),
      }),
    });
    expect(decision).toMatchObject({ reason: 'sig-invalid' });
  });
});

describe('components', () => {
  it('more than the recipient has are refused', async () => {
    expect(await deliver(twoComponents())).toMatchObject({ kind: 'rejected', reason: 'component-count' });
  });

  it('one that the recipient does not have is refused when it is operated on', async () => {
    const device = recipient({ components: [component(0), component(7)] });
    expect(await deliver(twoComponents(), { recipient: device })).toMatchObject({
      reason: 'component-unsupported',
    });
  });

  it('are found by identifier, in whatever order', async () => {
    const device = recipient({ components: [component(9), component(1), component(0)] });
    const decision = await deliver(twoComponents(), { recipient: device });
    expect(decision.effects?.filter(({ kind }) => kind === 'write')).toEqual([
      { kind: 'write', component: 2 },
      { kind: 'write', component: 1 },
    ]);
  });

  it.each(['sharedSequence', 'install', 'validate', 'invoke'] as const)(
    '%s begins with an index',
    async (section) => {
      const device = recipient({ components: [component(0), component(1)] });
      const whole = twoComponents();
      const headless = { ...whole, [section]: (whole[section] as readonly []).slice(1) };
      expect(await deliver(whole, { recipient: device })).toMatchObject({ kind: 'accepted' });
      expect(await deliver(headless, { recipient: device })).toMatchObject({ reason: 'index-missing' });
    },
  );
});

describe('severed members', () => {
  const { manifest: short, severed } = sever(
    manifest({ text: [{ language: 'en', texts: [[1, 'a']], components: [] }] }),
    ['install', 'text'],
  );
  const entries = severedEntries(severed);
  const other = severedEntries({ install: [index(0), act('abort')] });
  const entry = (key: number): Entry => entries.find(([k]) => isInt(k, key)) as Entry;

  it.each<[string, string | undefined, 'update' | 'boot', readonly Entry[]]>([
    ['all there', undefined, 'update', entries],
    ['text gone', undefined, 'update', [entry(20)]],
    ['all gone before a boot', undefined, 'boot', []],
    ['install gone before an update', 'severed-missing', 'update', [entry(23)]],
    ['another install', 'severed-mismatch', 'update', other],
    ['another text', 'severed-mismatch', 'update', [entry(20), [int(23), wrapped(map())]]],
    ['not a byte string', 'envelope-structure', 'update', [[int(20), nil]]],
    ['an unlisted payload-fetch', 'severed-unlisted', 'update', [[int(16), bstr(image)], ...entries]],
  ])('%s', async (_name, reason, event, given) => {
    const stored = recipient({ components: [component(0, [{ kind: 'bytes', bytes: image }])] });
    const decision = await deliver(short, {
      severed: given,
      event,
      ...(event === 'boot' && { recipient: stored }),
    });
    if (reason === undefined) expect(decision.kind).toBe('accepted');
    else expect(decision).toMatchObject({ kind: 'rejected', reason });
  });

  it('an inline sequence is never replaced by one in the envelope', async () => {
    const decision = await deliver(manifest(), { severed: severedEntries({ install: [act('abort')] }) });
    expect(decision).toMatchObject({ reason: 'severed-unlisted' });
  });

  it('a digest of another length is malformed', async () => {
    const digest = { algorithm: -16, bytes: new Uint8Array(0) };
    const wrong: Manifest = { ...manifest(), install: { severed: digest } };
    expect(await deliver(wrong, { integrated: [[uri, image]] })).toMatchObject({
      reason: 'digest-malformed',
    });
  });
});
