import { describe, expect, it } from 'vitest';
import { type Item, int, isInt, type List, map, tstr, wrapped } from '../cbor/item.ts';
import { write } from '../cbor/write.ts';
import { sequenceItem, sever, severedDigest, severedEntries } from './build.ts';
import {
  commonOf,
  isSectionSevered,
  memberOf,
  removeMember,
  type Section,
  sections,
  sequenceOf,
  setMember,
  setSequenceNumber,
  withCommon,
  withParameter,
  withSequence,
} from './edit.ts';
import type { Command, Manifest } from './model.ts';
import { type EnvelopeParts, encode, partsOf, release } from './parts.ts';
import { readEnvelope } from './read.ts';

const fetch: Command = { kind: 'directive', code: 21, policy: 2 };
const match: Command = { kind: 'condition', code: 3, policy: 15 };
const uri = (text: string): Command => ({ kind: 'overrideParameters', parameters: { uri: text } });

const inline: Manifest = {
  version: 1n,
  sequenceNumber: 5n,
  components: [[new Uint8Array([0])]],
  sharedSequence: [{ kind: 'overrideParameters', parameters: { imageSize: 10n, uri: 'a' } }, match],
  validate: [match],
  invoke: [{ kind: 'directive', code: 23, policy: 2 }],
  payloadFetch: [uri('b'), fetch],
  install: [
    { kind: 'tryEach', branches: [[uri('c'), fetch], [{ kind: 'runSequence', commands: [uri('d')] }], null] },
    fetch,
  ],
};

/** From bytes, as attacks get them; with install severed where asked. */
function parts(options: { severed: boolean }): EnvelopeParts {
  const made = options.severed ? sever(inline, ['install']) : { manifest: inline, severed: {} };
  const result = partsOf(encode(release(made.manifest, [], { severed: severedEntries(made.severed) })));
  if (!result.ok) throw new Error(result.problem.message);
  return result.parts;
}

/** The manifest and severed elements after an edit; the digest in the wrapper is stale, and not looked at. */
function modelOf(edited: EnvelopeParts) {
  const read = readEnvelope(encode(edited));
  if (!read.ok) throw new Error(read.problem.message);
  return read.envelope;
}

describe('map edits', () => {
  const before = map([int(1), int(1)], [int(24), int(2)], [tstr('x'), int(3)]);

  it('replace a value where it stands, keeping the head of its key', () => {
    const wide = map([{ kind: 'uint', value: 7n, width: 4 }, int(1)], [int(2), int(2)]);
    expect(setMember(wide, 7, int(9)).entries[0]).toEqual([{ kind: 'uint', value: 7n, width: 4 }, int(9)]);
  });

  it('insert a new key in its canonical place', () => {
    const keys = (key: number) => setMember(before, key, int(0)).entries.findIndex(([k]) => isInt(k, key));
    expect([0, 2, 25, -1].map(keys)).toEqual([0, 1, 2, 2]);
  });

  it('remove and look up by the value of the key', () => {
    expect(removeMember(before, 24).entries).toHaveLength(2);
    expect(memberOf(before, 24)).toEqual(int(2));
    expect(memberOf(removeMember(before, 24), 24)).toBeUndefined();
  });

  it('set the sequence number and nothing else', () => {
    const before = parts({ severed: false });
    const after = setSequenceNumber(before, 2n ** 64n - 1n);
    expect(modelOf(after).manifest).toEqual({ ...inline, sequenceNumber: 2n ** 64n - 1n });
    expect({ ...after, manifest: before.manifest }).toEqual(before);
  });

  it('reach into the common part', () => {
    const before = parts({ severed: false });
    const changed = withCommon(before.manifest, (common) => removeMember(common, 2));
    expect(commonOf(changed)?.entries.map(([k]) => isInt(k, 4))).toEqual([true]);
    const without = removeMember(before.manifest, 3);
    expect(withCommon(without, () => map())).toBe(without);
  });
});

describe('withSequence', () => {
  const append = (list: List): List => ({ ...list, items: [...list.items, int(14), int(0)] });
  const abort: Command = { kind: 'condition', code: 14, policy: 0 };

  for (const section of sections.filter((s) => s !== 'load')) {
    it(`changes ${section} alone`, () => {
      const name = section === 'shared' ? 'sharedSequence' : section;
      const after = modelOf(withSequence(parts({ severed: false }), section, append));
      expect(after.manifest).toEqual({ ...inline, [name]: [...(inline[name] as Command[]), abort] });
    });
  }

  it('leaves parts without that section as they are', () => {
    const before = parts({ severed: false });
    expect(withSequence(before, 'load', append)).toBe(before);
    expect(sequenceOf(before, 'load')).toBeUndefined();
  });

  it('updates the digest of a severed sequence, with its algorithm', () => {
    for (const algorithm of [-16, -44]) {
      const { manifest, severed } = sever(inline, ['install'], { algorithm });
      const before = release(manifest, [], { severed: severedEntries(severed) });
      expect(isSectionSevered(before, 'install')).toBe(true);
      const after = withSequence(before, 'install', append);
      const expected = sequenceItem([...(inline.install as Command[]), abort]);
      expect(write(memberOf(after.manifest, 20)!)).toEqual(write(severedDigest(expected, algorithm)));
      expect(modelOf(after).severed.install).toEqual([...(inline.install as Command[]), abort]);
      expect(after.digest).toBe(before.digest);
    }
  });

  it('finds no sequence where the severed element is gone', () => {
    const gone = { ...parts({ severed: true }), members: [] };
    expect(sequenceOf(gone, 'install')).toBeUndefined();
    expect(withSequence(gone, 'install', append)).toBe(gone);
  });

  it('takes an item that is no sequence at all', () => {
    const after = withSequence(parts({ severed: false }), 'validate', () => tstr('x'));
    expect(write(memberOf(after.manifest, 7)!)).toEqual(write(wrapped(tstr('x'))));
  });
});

describe('withParameter', () => {
  for (const severed of [false, true]) {
    it(`reaches every override, nested too (${severed ? 'severed' : 'inline'})`, () => {
      const seen: [Section, string][] = [];
      const after = withParameter(parts({ severed }), 21, (value, section) => {
        const text = new TextDecoder().decode((value as Item & { kind: 'tstr' }).bytes);
        seen.push([section, text]);
        return tstr(`${text}!`);
      });
      expect(seen).toEqual([
        ['shared', 'a'],
        ['payloadFetch', 'b'],
        ['install', 'c'],
        ['install', 'd'],
      ]);
      const envelope = modelOf(after);
      const install = severed ? envelope.severed.install : envelope.manifest.install;
      expect(install).toEqual([
        {
          kind: 'tryEach',
          branches: [[uri('c!'), fetch], [{ kind: 'runSequence', commands: [uri('d!')] }], null],
        },
        fetch,
      ]);
      expect(envelope.manifest.sharedSequence?.[0]).toEqual({
        kind: 'overrideParameters',
        parameters: { imageSize: 10n, uri: 'a!' },
      });
      if (severed) {
        const digest = severedDigest(sequenceItem(install as Command[]));
        expect(write(memberOf(after.manifest, 20)!)).toEqual(write(digest));
      }
    });
  }

  it('takes a parameter away, and an override that has no other', () => {
    const { manifest } = modelOf(withParameter(parts({ severed: false }), 21, () => undefined));
    expect(manifest.sharedSequence?.[0]).toEqual({
      kind: 'overrideParameters',
      parameters: { imageSize: 10n },
    });
    expect(manifest.payloadFetch).toEqual([fetch]);
  });

  it('changes nothing where no override has the key, or the value stays', () => {
    const before = parts({ severed: true });
    expect(withParameter(before, 18, () => int(0))).toBe(before);
    expect(withParameter(before, 21, (value) => value)).toBe(before);
  });
});
