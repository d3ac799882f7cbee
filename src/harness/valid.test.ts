import { describe, expect, it } from 'vitest';
import { validCases } from '../attacks/valid.ts';
import { familyDraws } from '../scenarios/family-draws.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import type { Claims, Session, Verifier } from '../verifiers/verifier.ts';
import { runCampaign } from './campaign.ts';
import { directHost } from './direct-host.ts';
import { findingsOf } from './findings.ts';

const claims = async (): Promise<Claims> => referenceVerifier().hello();

/** The reference with other claims, or with other sessions. */
function changed(more: Partial<Claims>, session: (of: Session) => Session = (of) => of): Verifier {
  return {
    hello: async () => ({ ...(await claims()), ...more }),
    open: async (recipient) => session(await referenceVerifier().open(recipient)),
  };
}

const mixed = validCases.filter(({ id }) => id === 'valid.mixed');

async function verdicts(verifier: Verifier, of: typeof validCases = mixed, runs = 12) {
  const host = await directHost('it', verifier);
  const campaign = await runCampaign({ hosts: [host], attacks: of, stored: [], seed: 1, runs });
  return { campaign, counts: campaign.tallies.get(host)!.verdicts, host };
}

describe('valid families as cases', () => {
  it('are all accepted by the reference, with the state the generator expects', async () => {
    const { counts } = await verdicts(referenceVerifier(), validCases, 4);
    expect(counts).toMatchObject({ accepted: 4 * validCases.length, failed: 0, skipped: 0, inconclusive: 0 });
    expect(validCases.length).toBeGreaterThanOrEqual(Object.keys(familyDraws).length);
  });

  it('skip what is not claimed', async () => {
    const custom = validCases.filter(({ id }) => id === 'valid.custom');
    const { campaign, counts } = await verdicts(changed({ extensions: [] }), custom);
    expect(counts).toMatchObject({ accepted: 0, skipped: 12 });
    // A verifier that claims nothing is not green.
    const findings = await findingsOf(campaign, custom, { seed: 1, shrinkTries: 0, withoutSecrets: false });
    expect(findings).toMatchObject([{ kind: 'nothing-proven', attack: 'valid' }]);
  });

  it('skip what has more to it than is claimed: several manifests at hand, power cuts', async () => {
    for (const id of ['valid.select', 'valid.resume']) {
      const { counts } = await verdicts(
        changed({ extras: [] }),
        validCases.filter((one) => one.id === id),
      );
      expect([id, counts.skipped > 0, counts.failed]).toEqual([id, true, 0]);
    }
  });

  it('deliver each event alone to a verifier without a memory', async () => {
    let deliveries = 0;
    const forgetful = changed({ keepsState: false }, (session) => ({
      deliver: (delivery) => {
        deliveries++;
        return session.deliver(delivery);
      },
    }));
    let sessions = 0;
    const counting: Verifier = {
      ...forgetful,
      open: (recipient) => {
        sessions++;
        return forgetful.open(recipient);
      },
    };
    const { counts } = await verdicts(counting);
    expect(counts.accepted).toBe(12);
    expect(deliveries).toBeGreaterThan(12);
    expect(sessions).toBe(deliveries);
  });

  it('fail where a valid delivery is refused or leaves another state, as findings that shrink', async () => {
    const refusing = changed({}, () => ({ deliver: () => ({ kind: 'rejected', reason: 'abort' }) }));
    const { campaign, counts } = await verdicts(refusing);
    expect(counts).toMatchObject({ accepted: 0, failed: 12 });
    const [finding] = await findingsOf(campaign, mixed, { seed: 1, shrinkTries: 20, withoutSecrets: false });
    expect(finding).toMatchObject({ attack: 'valid.mixed', kind: 'valid-refused', shrunk: true, cases: 12 });

    const idle = changed({}, (session) => ({
      deliver: async (delivery) => {
        const decision = await session.deliver(delivery);
        const { state: _state, ...rest } = decision;
        return { ...rest, state: { full: { contents: [] } } } as typeof decision;
      },
    }));
    expect((await verdicts(idle)).counts).toMatchObject({ accepted: 0, failed: 12 });
  });

  it('give a verifier up that dies three times in a row', async () => {
    const dying: Verifier = {
      hello: claims,
      open: () => ({
        deliver: () => {
          throw new Error('dead');
        },
      }),
    };
    const { campaign, counts, host } = await verdicts(dying);
    expect(campaign.stopped.has(host)).toBe(true);
    expect(counts).toMatchObject({ failed: 3, inconclusive: 9 });
  });
});
