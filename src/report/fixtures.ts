/**
 * Results with a few figures, for the tests of the formats.
 *
 * @module
 */
import type { Finding } from '../harness/finding.ts';
import { emptyCounts, emptyTally } from '../harness/tally.ts';
import type { Results } from './results.ts';

/** What a hostile verifier may try to say. */
export const hostile =
  '</script><script>alert(1)</script><img src=x onerror=alert(2)> "\' javascript:alert(3) \u202egnp.\u001b[31m ]]> {0} [a](javascript:b)';

export const lower = 'rollback.sequence.lower';

export function exampleFinding(over: Partial<Finding> = {}): Finding {
  return {
    id: 'aaaa11112222',
    fingerprint: 'ffff000011112222',
    verifier: 'mine',
    kind: 'accepted-invalid',
    attack: lower,
    strength: 'must-reject',
    clause: 'draft-ietf-suit-manifest-37 §8.4.2',
    choice: { distance: 1 },
    note: 'accepted as installed',
    cases: 2,
    shrunk: true,
    bytes: 3,
    replay: 'gauntlet replay findings/aaaa11112222.json --verifier mine',
    ...over,
  };
}

/** One verifier, `mine`: the attack `lower` failed twice and was proven once. */
export function exampleResults(over: Partial<Results> = {}): Results {
  const counts = { ...emptyCounts(), proven: 1, failed: 2 };
  const { outcomes } = emptyTally();
  return {
    version: '0',
    seed: 1,
    subject: '1 attack on generated scenarios',
    revision: '37',
    complete: true,
    planned: 3,
    done: 3,
    verifiers: { mine: counts },
    outcomes: { mine: { ...outcomes, accepted: 2, rejected: 1 } },
    families: { mine: { rollback: counts } },
    attacks: { mine: { [lower]: counts } },
    policy: {},
    neverApplicable: [],
    notYet: 0,
    findings: [exampleFinding()],
    notes: [],
    ...over,
  };
}
