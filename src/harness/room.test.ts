import { describe, expect, it } from 'vitest';
import { countParameters } from '../attacks/resource-author.ts';
import { hugeText } from '../attacks/resource-size.ts';
import { validCases } from '../attacks/valid.ts';
import { type DeviceProfile, deviceClasses, profileFrom } from '../device/classes.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import type { Host } from '../verifiers/host.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { type Case, drawCase, isInapplicable } from './case.ts';
import { directHost } from './direct-host.ts';
import { describeCeiling, fits } from './room.ts';
import { ControlCache, tryCase } from './trial.ts';
import type { Ruling } from './verdict.ts';

async function hostOn(profile: DeviceProfile): Promise<Host> {
  const bounded = (await createBuiltin('bounded', profile)) as Verifier;
  return { ...(await directHost('bounded', bounded)), profile, ceiling: 'counted' };
}

const class1 = deviceClasses[1] as DeviceProfile;
/** Says that it takes what class 1 takes, with working memory for none of it. */
const tooSmall: DeviceProfile = { ...class1, name: 'small', verifierBytes: 300 };
const smallEnvelopes: DeviceProfile = { ...class1, name: 'short', envelopeBytes: 100 };

const drawn = validCases
  .map((family) => drawCase(family, 0, 3))
  .filter((one): one is Case => !isInapplicable(one));

async function rulingsOn(profile: DeviceProfile): Promise<readonly Ruling[]> {
  const host = await hostOn(profile);
  const found = [];
  for (const one of drawn) found.push((await tryCase(host, one, new ControlCache())).ruling);
  return found;
}

const unclear = ({ verdict }: Ruling): boolean => verdict !== 'accepted' && verdict !== 'skipped';

describe('a valid delivery under a ceiling', () => {
  it('is accepted on class 1 where it fits, and else refused without a finding', async () => {
    expect(drawn.length).toBeGreaterThan(30);
    for (const ruling of (await rulingsOn(class1)).filter(unclear))
      expect([ruling.verdict, ruling.note]).toEqual([
        'inconclusive',
        expect.stringContaining('limit-size at resource'),
      ]);
  });

  it('that the device must take is a finding where its verifier has no room', async () => {
    const failures = (await rulingsOn(tooSmall)).filter(({ verdict }) => verdict === 'failed');
    expect(failures.length).toBeGreaterThan(20);
    expect(new Set(failures.map(({ kind }) => kind))).toEqual(new Set(['valid-refused']));
    expect(failures[0]?.note).toMatch(/limit-memory at resource, wanted \d+ bytes/);
  });

  it('that is larger than the device must take is none', async () => {
    const rulings = await rulingsOn(smallEnvelopes);
    expect(rulings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(rulings.filter(({ note }) => note.includes('limit-size')).length).toBeGreaterThan(20);
  });
});

describe('an attack under a ceiling', () => {
  it('may be refused for lack of room, whatever it asks for', async () => {
    const host = await hostOn(class1);
    for (const attack of [hugeText, countParameters])
      for (let round = 0; round < 6; round++) {
        const one = drawCase(attack, round, 1);
        if (isInapplicable(one)) continue;
        const { ruling } = await tryCase(host, one, new ControlCache());
        expect([attack.id, ruling.verdict, ruling.note]).not.toContain('failed');
      }
  });
});

describe('fits', () => {
  it('asks for bytes and components', () => {
    const one = drawn[0] as Case;
    const envelope = one.control.steps[0]?.delivery.envelope as Uint8Array;
    expect(fits(envelope, class1)).toBe(true);
    expect(fits(envelope, { ...class1, components: 0 })).toBe(false);
    expect(fits(envelope, { ...class1, envelopeBytes: envelope.length - 1 })).toBe(false);
  });
});

describe('profiles', () => {
  it('come from a user’s file, or say what is wrong there', () => {
    const mine = { name: 'mine', verifierBytes: 1, envelopeBytes: 2, stackBytes: 3, components: 4 };
    expect(profileFrom(mine)).toEqual(mine);
    expect(profileFrom({ ...mine, codeBytes: 5 })).toEqual({ ...mine, codeBytes: 5 });
    expect(profileFrom({ ...mine, envelopeBytes: -1 })).toContain('envelopeBytes');
    expect(profileFrom({ ...mine, ram: 1 })).toContain('"ram"');
    expect(profileFrom({ ...mine, name: '$(x)' })).toContain('name');
    expect(profileFrom([])).toContain('object');
  });

  it('of RFC 7228 add up to the memory of their class', () => {
    for (const { ramBytes, verifierBytes, envelopeBytes, stackBytes } of deviceClasses)
      expect(verifierBytes + envelopeBytes + stackBytes).toBe(ramBytes);
    expect(deviceClasses.map(({ ramBytes }) => ramBytes / 1024)).toEqual([4, 10, 50]);
  });

  it('are described as exact only where they are', () => {
    const host = { spec: 'x' };
    expect(describeCeiling({ ...host, ceiling: 'counted' }, class1, 256)).toContain('counted exactly, 2048');
    expect(describeCeiling(host, class1, 256)).toContain('observed only');
  });
});
