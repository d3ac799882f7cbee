// What is mutated together, by MUTATE_PART: the files, the tests that meet them, and the verifier to which the stored
// cases are put (none: unit tests alone).
import { BenchError } from '../../dist/src/bench-error.js';

const all = /./;

const parts = {
  reference: {
    mutate: ['dist/src/verifiers/reference/*.js', 'dist/src/suit/read*.js'],
    tests: [
      { folder: 'dist/src/verifiers/reference', like: all },
      { folder: 'dist/src/suit', like: /^read/ },
    ],
    late: [],
    verifier: { module: 'verifiers/reference/reference', name: 'referenceVerifier' },
  },
  bounded: {
    mutate: ['dist/src/verifiers/bounded/*.js'],
    tests: [{ folder: 'dist/src/verifiers/bounded', like: all }],
    // Hundreds of deliveries in a test.
    late: ['bounded', 'scenarios', 'hostile', 'differential'],
    verifier: { module: 'verifiers/bounded/bounded', name: 'boundedVerifier' },
  },
};

const name = process.env.MUTATE_PART ?? 'reference';

export const part = parts[name];
if (part === undefined)
  throw new BenchError('mutation-part', `MUTATE_PART is ${Object.keys(parts).join(' or ')}, not ${name}`);
