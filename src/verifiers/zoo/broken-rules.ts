/**
 * Animals that answer one question wrongly: the reference with one rule or one order of steps replaced.
 *
 * @module
 */
import { createVerifier, type VerifierOptions } from '../reference/reference.ts';
import { defaultRules as right } from '../reference/rules.ts';
import type { Animal } from './zoo.ts';

type Broken = Omit<Animal, 'create' | 'name'> & Pick<VerifierOptions, 'rules' | 'ports' | 'steps'>;

const broken: readonly Broken[] = [
  {
    id: 'accepts-signed-32-bit-sequence',
    handle: 'Z048',
    defect: 'compares sequence numbers as signed 32-bit integers',
    exposedBy: ['rollback.sequence.width', 'rollback.sequence.wrap'],
    rules: {
      acceptsSequence: (installed, offered) =>
        installed === undefined || BigInt.asIntN(32, offered) >= BigInt.asIntN(32, installed)
          ? true
          : 'sequence-rollback',
    },
  },
  {
    id: 'ignores-sequence',
    handle: 'Z054',
    defect: 'stores the sequence number and compares it with nothing',
    exposedBy: ['rollback.sequence.lower', 'replay.history'],
    rules: { acceptsSequence: () => true },
  },
  {
    id: 'refuses-equal-sequence',
    handle: 'Z049',
    defect: 'refuses the number that is installed, so that no manifest boots twice',
    exposedBy: ['replay.same.invoke', 'replay.freeze'],
    rules: {
      acceptsSequence: (installed, offered) =>
        installed === undefined || offered > installed ? true : 'sequence-rollback',
    },
  },
  {
    id: 'never-binds-manifest',
    handle: 'Z008',
    defect: 'verifies the signature over the digest and never compares the digest with the manifest',
    exposedBy: ['digest.mismatch', 'digest.graft'],
    rules: { bound: () => true },
  },
  {
    id: 'counts-every-signature',
    handle: 'Z153',
    defect: 'verifies signatures and does not use the result',
    exposedBy: ['cose.sig.flip', 'cose.kid.spoof', 'digest.recomputed'],
    rules: { counts: () => true },
  },
  {
    id: 'any-one-authority',
    handle: 'Z017',
    defect: 'is satisfied with one authority where the policy asks for several',
    exposedBy: ['env.auth.threshold-strip'],
    rules: { authorized: (anchors) => (anchors.length > 0 ? true : 'threshold-unmet') },
  },
  {
    id: 'ignores-key-type',
    handle: 'Z020',
    defect: 'does not compare the algorithm with what the anchor permits',
    exposedBy: ['cose.alg.key-bound', 'downgrade.alg.profile'],
    rules: { algorithmFits: () => true },
  },
  {
    id: 'digest-by-prefix',
    handle: 'Z004',
    defect: 'compares digests over the shorter of the two lengths',
    exposedBy: ['digest.len'],
    rules: {
      digestLength: () => true,
      digestMatches: (expected, actual) => {
        const length = Math.min(expected.length, actual.length);
        return right.digestMatches(expected.subarray(0, length), actual.subarray(0, length));
      },
    },
  },
  {
    id: 'accepts-any-version',
    handle: 'Z047',
    defect: 'takes every manifest version for its own',
    exposedBy: ['downgrade.version'],
    rules: { acceptsVersion: () => true },
  },
  {
    id: 'severed-unchecked',
    handle: 'Z060',
    defect: 'uses severed elements without comparing their digests',
    exposedBy: ['sever.mismatch', 'sever.swap'],
    rules: { severed: (inManifest, inEnvelope) => right.severed(inManifest, inEnvelope, true) },
  },
  {
    id: 'ignores-vendor',
    handle: 'Z071',
    defect: 'checks the class and takes every vendor',
    exposedBy: ['app.id.mismatch'],
    rules: {
      identifierMatches: (kind, wanted, ids, others) =>
        kind === 'vendor' || right.identifierMatches(kind, wanted, ids, others),
    },
  },
  {
    id: 'skips-unknown-commands',
    handle: 'Z066',
    defect: 'passes over commands that it does not know',
    exposedBy: ['seq.unknown'],
    rules: {
      unknown: (kind, code, capable) =>
        capable.includes(code) ? 'run' : kind === 'command' ? 'skip' : 'refuse',
    },
  },
  {
    id: 'condition-without-parameter-passes',
    handle: 'Z068',
    defect: 'lets a condition pass whose parameter was never set',
    exposedBy: ['cond.no-param'],
    rules: { withoutParameter: () => 'passes' },
  },
  {
    id: 'image-always-matches',
    handle: 'Z170',
    defect: 'answers every image match with yes',
    exposedBy: ['image.flip', 'fetch.arbitrary', 'invoke.tampered'],
    rules: { imageMatches: () => true },
  },
  {
    id: 'index-one-too-far',
    handle: 'Z086',
    defect: 'takes an index equal to the number of components',
    exposedBy: ['index.range'],
    rules: {
      selected: (index, components, device) => {
        const chosen = right.selected(index, components + 1, device);
        return typeof chosen === 'string' ? chosen : chosen.map((i) => Math.min(i, components - 1));
      },
    },
  },
  {
    id: 'goes-on-after-failure',
    handle: 'Z073',
    defect: 'notes a failed condition and goes on',
    exposedBy: ['cond.fail-stops', 'cond.abort'],
    rules: {
      afterFailure: (what, soft, enclosing) =>
        what === 'condition' && enclosing === 'section' ? 'go-on' : right.afterFailure(what, soft, enclosing),
    },
  },
  {
    id: 'duplicate-keys-pass',
    handle: 'Z043',
    defect: 'takes maps with the same key twice',
    exposedBy: ['enc.map.dup.signed', 'enc.map.dup.envelope', 'cose.hdr.dup'],
    rules: { uniqueKeys: () => true },
  },
];

export const brokenRules: readonly Animal[] = broken.map(({ rules, ports, steps, ...facts }) => ({
  ...facts,
  name: `zoo:${facts.id}`,
  create: () =>
    createVerifier({
      name: `zoo:${facts.id}`,
      ...(rules && { rules }),
      ...(ports && { ports }),
      ...(steps && { steps }),
    }),
}));
