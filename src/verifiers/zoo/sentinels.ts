/**
 * Sentinels: verifiers that do not look at what they are given. A bench that lets one pass proves nothing.
 *
 * @module
 */
import type { Decision } from '../../device/decision.ts';
import { claimsOf } from '../reference/claims.ts';
import type { Verifier } from '../verifier.ts';
import type { Animal } from './animal.ts';

function answering(id: string, decision: Decision): () => Verifier {
  return () => ({
    hello: () => ({ ...claimsOf(`zoo:${id}`), reports: [] }),
    open: () => ({ deliver: () => decision }),
  });
}

export const sentinels: readonly Animal[] = [
  {
    id: 'accepts-everything',
    name: 'accepts everything',
    defect: 'Every delivery is accepted, and invoked.',
    handle: 'sentinel-accept',
    exposedBy: [
      'cose.sig.flip',
      'enc.truncate',
      'env.auth.absent',
      'rollback.sequence.lower',
      'digest.mismatch',
    ],
    create: answering('accepts-everything', { kind: 'accepted', level: 'invoked' }),
  },
  {
    id: 'refuses-everything',
    name: 'refuses everything',
    defect: 'Every delivery is refused, the valid ones too.',
    handle: 'sentinel-refuse',
    exposedBy: [
      'cose.sig.flip',
      'enc.truncate',
      'env.auth.absent',
      'rollback.sequence.lower',
      'digest.mismatch',
    ],
    create: answering('refuses-everything', { kind: 'rejected' }),
  },
];
