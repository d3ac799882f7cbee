import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { createVerifier } from '../verifiers/reference/reference.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { vacuous } from './findings.ts';

/** Families in which a reference with these claims shows no rejection. */
async function emptyFamilies(ids: readonly string[], more: Partial<Claims>): Promise<readonly string[]> {
  const reference = createVerifier();
  const claims = { ...(await reference.hello()), ...more };
  const host = await directHost('it', { ...reference, hello: async () => claims });
  const of = catalogue.filter(({ id }) => ids.includes(id));
  const campaign = await runCampaign({ hosts: [host], attacks: of, stored: [], seed: 1, runs: 3 });
  return vacuous(campaign, of).map(({ attack }) => attack);
}

const [extension, base] = ['acl.write', 'rollback.sequence.lower'];

describe('a family without a rejection', () => {
  it('is none where the rejections are seen', async () => {
    expect(await emptyFamilies([extension, base], {})).toEqual([]);
  });

  it('is no finding where each of its cases asks for an extension that is not claimed', async () => {
    expect(await emptyFamilies([extension, base], { extensions: [] })).toEqual([]);
  });

  it('is one where nothing else was proven', async () => {
    expect(await emptyFamilies([extension], { extensions: [] })).toEqual(['dependency']);
  });

  it('is one where more than extensions is not claimed', async () => {
    const some = await emptyFamilies([extension, base], { revisions: [] });
    expect(some.toSorted()).toEqual(['dependency', 'rollback']);
  });
});
