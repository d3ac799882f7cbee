import { expect, it } from 'vitest';
import type { Rejected } from '../device/decision.ts';
import { stateOf } from '../device/recipient.ts';
import { referenceVerifier } from '../verifiers/reference/reference.ts';
import { tinyRecipient } from '../verifiers/transports/fixtures/tiny.ts';
import type { Claims } from '../verifiers/verifier.ts';
import { judgeAttack } from './judge.ts';

const claims: Claims = await referenceVerifier().hello();
const rejected: Rejected = { kind: 'rejected', stage: 'sequence', reason: 'sequence-rollback' };
const full = stateOf(tinyRecipient);
const state = { sequenceNumber: full.sequenceNumber as bigint, full };

function judged(decision: Rejected, reports: Claims['reports'] = claims.reports) {
  const run = {
    recipient: tinyRecipient,
    steps: [
      {
        delivery: { event: 'update', payloads: [] },
        must: 'judged',
        level: 'installed',
        after: full,
      } as const,
    ],
  };
  const clause = { doc: 'manifest', section: '8.4.2' } as const;
  const expectation = { strength: 'must-reject', stage: 'sequence', reasons: [], clause } as const;
  const { verdict, kind, note } = judgeAttack(run, [decision], expectation, { ...claims, reports });
  return { verdict, kind, note };
}

it('a rejection that leaves out what it claims to report is held against it', () => {
  expect(judged({ ...rejected, state })).toMatchObject({ verdict: 'proven' });
  expect(judged(rejected)).toMatchObject({ verdict: 'failed', kind: 'wrong-state' });
  expect(judged({ ...rejected, state: { sequenceNumber: state.sequenceNumber } })).toMatchObject({
    kind: 'wrong-state',
    note: expect.stringContaining('what component 0 holds'),
  });
});

it('not so where nothing is claimed, nor of one without room', () => {
  expect(judged(rejected, ['stage', 'reason'])).toMatchObject({ verdict: 'proven' });
  const roomless: Rejected = { kind: 'rejected', stage: 'resource', reason: 'limit-memory' };
  expect(judged(roomless).verdict).not.toBe('failed');
});
