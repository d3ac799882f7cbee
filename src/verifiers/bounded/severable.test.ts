import { describe, expect, it } from 'vitest';
import {
  array,
  bstr,
  type CborMap,
  type Entry,
  type Item,
  int,
  map,
  tstr,
  wrapped,
} from '../../cbor/item.ts';
import { sever, severedEntries } from '../../suit/build.ts';
import { setMember } from '../../suit/edit.ts';
import { release, seal } from '../../suit/parts.ts';
import { answerTo, author, condition, manifest, override } from './fixtures/device.ts';

const parts = release(manifest([], { validate: [condition('classIdentifier')] }), [author]);

/** The manifest changed, and signed again by its author. */
function reissued(change: (manifest: CborMap) => CborMap | Item): string {
  return answerTo(seal({ ...parts, manifest: change(parts.manifest) as CborMap }, [author]));
}

describe('severable elements', () => {
  const whole = manifest([], { install: [condition('abort'), condition('abort')], validate: [] });
  const { manifest: left, severed } = sever({ ...whole, install: [override({ uri: 'x:y' })] }, ['install']);
  const members = severedEntries(severed);
  const given = release(left, [author], { severed: members });

  it('count where their digest fits, are missed where the event needs them', () => {
    expect(answerTo(given)).toBe('accepted');
    expect(answerTo({ ...given, members: [] })).toBe('severed-missing');
    expect(answerTo({ ...given, members: [] }, { event: 'boot' })).toBe('accepted');
    const other: Entry[] = [[int(20), wrapped(array(int(14), int(0)))]];
    expect(answerTo({ ...given, members: other })).toBe('severed-mismatch');
    expect(answerTo({ ...given, members: other }, { event: 'boot' })).toBe('severed-mismatch');
    const wide: Entry[] = members.map(([key, value]) => [key, { ...value, width: 8 } as Item]);
    expect(answerTo({ ...given, members: wide })).toBe('severed-mismatch');
  });

  it('count for nothing where the manifest has no digest of them', () => {
    expect(answerTo({ ...parts, members })).toBe('severed-unlisted');
    expect(answerTo(release(manifest([], { install: [] }), [author], { severed: members }))).toBe(
      'severed-unlisted',
    );
  });

  it('are looked into like the others', () => {
    const wrong = sever({ ...whole, install: [condition('abort')] }, ['install']);
    expect(answerTo(release(wrong.manifest, [author], { severed: severedEntries(wrong.severed) }))).toBe(
      'abort',
    );
  });

  it('leave text out of it, if that is whole', () => {
    const text = [{ language: 'en', texts: [[1, 'words']], components: [] }] as const;
    const inline = manifest([], { text: text as never });
    expect(answerTo(inline)).toBe('accepted');
    const cut = sever(inline, ['text']);
    const entries = severedEntries(cut.severed);
    expect(answerTo(release(cut.manifest, [author], { severed: entries }))).toBe('accepted');
    expect(answerTo(release(cut.manifest, [author]))).toBe('accepted');
    const swapped: Entry[] = [[int(23), wrapped(map())]];
    expect(answerTo(release(cut.manifest, [author], { severed: swapped }))).toBe('severed-mismatch');
  });
});

describe('text', () => {
  const given = (text: Item) => reissued((m) => setMember(m, 23, text));
  const field = (key: Item): Entry => [key, tstr('words')];
  const component: Entry = [array(bstr(Uint8Array.of(0))), map(field(int(1)), field(int(2)))];

  it('has its keys in bytewise order at every level, none twice', () => {
    const language = (...entries: Entry[]) => given(wrapped(map([tstr('en'), map(...entries)])));
    expect(language(field(int(1)), field(int(2)), field(int(-1)), component)).toBe('accepted');
    expect(language(component, field(int(1)))).toBe('non-deterministic');
    expect(language(field(int(1)), field(int(1)))).toBe('cbor-invalid');
    expect(language(component, component)).toBe('cbor-invalid');
    expect(language([component[0], map(field(int(2)), field(int(1)))])).toBe('non-deterministic');
    expect(given(wrapped(map([tstr('en'), map()], [tstr('de'), map()])))).toBe('non-deterministic');
    expect(given(wrapped(array()))).toBe('type-mismatch');
    expect(given(wrapped(map([tstr('en'), tstr('words')])))).toBe('type-mismatch');
  });

  it('is of no component that the manifest does not list', () => {
    const of = (...identifier: Item[]) =>
      given(wrapped(map([tstr('en'), map([array(...identifier), map(field(int(1)))])])));
    expect(of(bstr(Uint8Array.of(0)))).toBe('accepted');
    // The recipient has this one, the manifest has not.
    expect(of(bstr(Uint8Array.of(1)))).toBe('manifest-structure');
    expect(of(bstr(Uint8Array.of(0)), bstr(Uint8Array.of(0)))).toBe('manifest-structure');
    expect(of(int(0))).toBe('manifest-structure');
    expect(given(wrapped(map([tstr('en'), map([component[0], tstr('words')])])))).toBe('type-mismatch');
    // A private field may be a map.
    expect(given(wrapped(map([tstr('en'), map([int(-1), map(field(int(1)))])])))).toBe('accepted');
  });
});
