import { describe, expect, it } from 'vitest';
import { packageAttacks } from '../attacks/firmware-package.ts';
import { listPackageAttacks } from '../attacks/replayable.ts';
import { cmsVerifier } from '../verifiers/library/cms-verifier.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Verifier } from '../verifiers/verifier.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { packageFaults } from './fixtures/package-faults.ts';
import { emptyCounts } from './tally.ts';

const runs = 12;

async function attack(verifier: Verifier, only?: readonly string[]) {
  const attacks = packageAttacks.filter(({ id }) => only?.includes(id) ?? true);
  const host = await directHost('v', verifier);
  const { tallies, failures } = await runCampaign({ hosts: [host], attacks, stored: [], seed: 5, runs });
  return { attacks: tallies.get(host)?.attacks ?? {}, failures };
}

describe('attacks on firmware packages', () => {
  it('are each proven on library:cms, but for heads of signatures that asn1js does not look at', async () => {
    const { attacks, failures } = await attack(cmsVerifier());
    expect(failures.map(({ ruling }) => ruling.note)).toEqual([]);
    for (const { id } of packageAttacks) {
      const { proven, inapplicable, weak, ...rest } = attacks[id] ?? emptyCounts();
      const isLax = id === 'cms.sig.flip';
      expect([id, proven + inapplicable + (isLax ? weak : 0), proven > runs / 2]).toEqual([id, runs, true]);
      expect(Object.values(rest).some((count) => count > 0)).toBe(false);
    }
  });

  it('are for no verifier of envelopes', async () => {
    const { attacks } = await attack(referenceVerifier(), ['cms.sig.flip']);
    expect(attacks['cms.sig.flip']).toMatchObject({ proven: 0 });
    expect(attacks['cms.sig.flip']?.skipped).toBeGreaterThan(0);
  });

  it('are listed, and each must expose a fault', () => {
    expect(listPackageAttacks().map(({ id }) => id)).toEqual(packageAttacks.map(({ id }) => id));
    const exposed = new Set(packageFaults.flatMap(({ exposedBy }) => exposedBy));
    expect([...exposed].sort()).toEqual(packageAttacks.map(({ id }) => id).sort());
  });
});

describe.each(packageFaults.map((fault) => [fault.id, fault] as const))('%s', (_, fault) => {
  it.each(fault.exposedBy)('is exposed by %s', async (id) => {
    const { attacks } = await attack(cmsVerifier(fault.rules(), fault.id), [id]);
    expect((attacks[id]?.failed ?? 0) + (attacks[id]?.weak ?? 0)).toBeGreaterThan(0);
    expect(attacks[id]?.inconclusive).toBe(0);
  });
});
