import { describe, expect, it } from 'vitest';
import { catalogue } from '../attacks/catalogue.ts';
import { createBuiltin } from '../verifiers/builtins.ts';
import { equivalents } from '../verifiers/zoo/equivalents.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';

describe('the equivalent mutants', () => {
  it('survive all attacks, as the reference does', async () => {
    const specs = ['reference', ...equivalents.map(({ id }) => `zoo:${id}`)];
    const hosts = await Promise.all(
      specs.map(async (spec) => {
        const verifier = await createBuiltin(spec);
        if (verifier === undefined) throw new Error(`there is no ${spec}`);
        return directHost(spec, verifier);
      }),
    );
    const result = await runCampaign({ hosts, attacks: catalogue, stored: [], seed: 3, runs: 3 });
    const failures = result.failures.map(({ host, id, ruling }) => `${host.spec} ${id}: ${ruling.note}`);
    expect(failures).toEqual([]);
    const [reference, ...others] = hosts.map((host) => result.tallies.get(host)?.verdicts);
    expect(reference?.proven).toBeGreaterThan(catalogue.length);
    expect(others).toEqual(others.map(() => reference));
  }, 120_000);
});
