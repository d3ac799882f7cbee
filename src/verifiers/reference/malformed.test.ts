import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  array,
  bstr,
  type Entry,
  type Item,
  int,
  isInt,
  map,
  nil,
  tag,
  tstr,
  wrapped,
} from '../../cbor/item.ts';
import { sortEntries } from '../../cbor/order.ts';
import { write } from '../../cbor/write.ts';
import { makeBlock } from '../../cose/blocks.ts';
import { manifestItem } from '../../suit/build.ts';
import { parameterKey } from '../../suit/registry.ts';
import { act, author, deliver, deliverBytes, image, manifest, set, uri } from './fixtures/trial.ts';

/** What an author signs, though it has not the form of an envelope: any item in the place of another. */
interface Signed {
  /** The manifest's member; undefined: there is none. */
  readonly member?: Item | undefined;
  /** The content of the digest's byte string. */
  readonly digest?: Uint8Array;
  readonly wrapper?: (digest: Item, block: Item) => Item;
  /** Further members of the envelope. */
  readonly more?: readonly Entry[];
}

const listed = (...elements: Item[]): Item => wrapped(array(...elements));

function signed(given: Signed): Uint8Array {
  const member = 'member' in given ? given.member : wrapped(manifestItem(manifest()));
  const of = createHash('sha256')
    .update(write(member ?? nil))
    .digest();
  const digest = given.digest ?? write(array(int(-16), bstr(new Uint8Array(of))));
  const block = wrapped(makeBlock(author, digest));
  const members: Entry[] = [[int(2), (given.wrapper ?? listed)(bstr(digest), block)]];
  return write(
    tag(107, map(...members, ...(member ? [[int(3), member] as const] : []), ...(given.more ?? []))),
  );
}

/** The manifest with one more member, or another in its place. */
function having(...[key, value]: Entry): Signed {
  const { entries } = manifestItem(manifest());
  const isKey = ([other]: Entry) => key.kind === 'uint' && isInt(other, Number(key.value));
  return { member: wrapped(sortEntries(map(...entries.filter((one) => !isKey(one)), [key, value]))) };
}

const common = (...entries: Entry[]): Signed => having(int(3), wrapped(map(...entries)));
const texts = (...items: Item[]): Signed => having(int(23), wrapped(...items));
const validating = (...commands: Item[]): Signed => having(int(7), wrapped(array(...commands)));
const overriding = (key: Item, value: Item): Signed => validating(int(20), map([key, value]));
const digest = (algorithm: number): Item => array(int(algorithm), bstr(new Uint8Array(32)));
const zero = bstr(Uint8Array.of(0));
const one: Entry = [int(2), array(array(zero))];
const { fetchArguments, imageDigest, sourceComponent, strictOrder } = parameterKey;

describe('what an author has signed that has another form', () => {
  it('is refused for its form alone: the same envelope as it should be is accepted', async () => {
    expect(await deliverBytes(signed({}))).toMatchObject({ kind: 'accepted' });
    const install = [set({ uri, fetchArguments: image }), act('fetch'), act('imageMatch')];
    expect(await deliver(manifest({ install }))).toMatchObject({ kind: 'accepted' });
  });

  it.each<[string, string, Signed]>([
    ['no manifest', 'envelope-structure', { member: undefined }],
    ['a manifest and more', 'trailing-data', { member: wrapped(manifestItem(manifest()), nil) }],
    ['a tagged manifest', 'wrong-tag', { member: wrapped(tag(1070, manifestItem(manifest()))) }],
    ['a manifest in a list', 'manifest-structure', { member: wrapped(array()) }],
    ['a digest that is not well-formed', 'not-well-formed', { digest: Uint8Array.of(0x82, 0x2f) }],
    ['a digest and more', 'trailing-data', { digest: Uint8Array.of(...write(digest(-16)), 0) }],
    ['a digest that is null', 'digest-malformed', { digest: write(nil) }],
    ['a digest of one element', 'digest-malformed', { digest: write(array(int(-16))) }],
    ['a digest without bytes', 'digest-malformed', { digest: write(array(int(-16), nil)) }],
    ['a digest by name', 'digest-malformed', { digest: write(array(tstr('SHA-256'), bstr(image))) }],
    ['a digest of another length', 'digest-malformed', { digest: write(array(int(-16), bstr(image))) }],
    ['a digest that the device lacks', 'digest-alg-unsupported', { digest: write(digest(-18)) }],
    ['an empty wrapper', 'auth-malformed', { wrapper: () => listed() }],
    ['a wrapper that is no list', 'auth-malformed', { wrapper: () => wrapped(map()) }],
    [
      'a wrapper of too many blocks',
      'limit-count',
      { wrapper: (of, block) => listed(of, ...Array<Item>(65).fill(block)) },
    ],
    [
      'a block of another length',
      'auth-malformed',
      { wrapper: (of) => listed(of, wrapped(tag(18, array()))) },
    ],
    [
      'a block with a label that is none',
      'auth-malformed',
      { wrapper: (of) => listed(of, wrapped(makeBlock(author, image, { unprotected: map([nil, nil]) }))) },
    ],
    ['a member under a text', 'type-mismatch', having(tstr('x'), nil)],
    ['a member under a map', 'type-mismatch', having(map([int(1), tag(1, int(2))]), nil)],
    ['a tagged sequence number', 'wrong-tag', having(int(2), tag(4, int(6)))],
    ['a bignum for it', 'type-mismatch', having(int(2), tag(2, zero))],
    ['a component of no bytes', 'manifest-structure', common([int(2), array(array(nil))])],
    ['a component that is no list', 'manifest-structure', common([int(2), array(zero)])],
    ['commands without a component', 'index-missing', common()],
    [
      'a severed element by a digest that the device lacks',
      'digest-alg-unsupported',
      { ...having(int(20), digest(-18)), more: [[int(20), wrapped(array())]] },
    ],
    ['a member of the common part under a text', 'type-mismatch', common(one, [tstr('x'), nil])],
    ['a shared sequence that is severed', 'manifest-structure', common(one, [int(4), digest(-16)])],
    [
      'a sequence inside try-each that is none',
      'command-malformed',
      validating(int(15), array(wrapped(nil))),
    ],
    ['a try-each that is no list', 'command-malformed', validating(int(15), int(0))],
    ['a command that is a text', 'command-malformed', validating(tstr('x'), int(0))],
    ['a parameter under a text', 'param-type', overriding(tstr('x'), nil)],
    ['no parameter', 'command-malformed', validating(int(20), map())],
    ['a vendor that is null', 'param-type', overriding(int(1), nil)],
    ['a class of three bytes', 'param-type', overriding(int(2), bstr(new Uint8Array(3)))],
    ['a class that is null', 'param-type', overriding(int(2), nil)],
    [
      'an image digest that is empty',
      'not-well-formed',
      overriding(int(imageDigest), bstr(new Uint8Array(0))),
    ],
    ['an image digest that is null', 'param-type', overriding(int(imageDigest), nil)],
    ['a negative source', 'param-type', overriding(int(sourceComponent), int(-1))],
    ['a source that is null', 'param-type', overriding(int(sourceComponent), nil)],
    ['an order that is a number', 'param-type', overriding(int(strictOrder), int(0))],
    ['an order that is null', 'param-type', overriding(int(strictOrder), nil)],
    ['fetch arguments that are a text', 'param-type', overriding(int(fetchArguments), tstr('x'))],
    ['two items of texts', 'trailing-data', texts(map(), nil)],
    ['texts in a list', 'type-mismatch', texts(array())],
    ['a language that is a number', 'type-mismatch', texts(map([int(1), map()]))],
    ['a language without a map', 'type-mismatch', texts(map([tstr('en'), nil]))],
    ['texts out of order', 'non-deterministic', texts(map([tstr('en'), map([int(2), nil], [int(1), nil])]))],
    ['a text under null', 'type-mismatch', texts(map([tstr('en'), map([nil, tstr('a')])]))],
    [
      'a component’s text under a text',
      'type-mismatch',
      texts(map([tstr('en'), map([array(zero), map([tstr('x'), tstr('a')])])])),
    ],
  ])('%s: %s', async (_what, reason, given) => {
    const decision = await deliverBytes(signed(given));
    expect(decision).toMatchObject({ kind: 'rejected', reason });
    expect(decision.state).toMatchObject({ sequenceNumber: 5n });
  });
});
