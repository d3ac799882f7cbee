// Mutation testing on the compiled files: no mutant needs a build. `npm run mutate` (an hour; never in CI) takes the
// reference verifier and the reader of manifests, MUTATE_PART another part; docs/mutation.md has what came out.
import { part } from './scripts/mutation/parts.mjs';

export default {
  plugins: ['./scripts/mutation/plugin.mjs'],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  mutate: [...part.mutate, '!dist/**/*.test.js'],
  ignorers: ['wording'],
  // Tables that are computed at load: a process each.
  ignoreStatic: true,
  disableTypeChecks: false,
  allowEmpty: false,
  ignorePatterns: ['/src', '/bench', '/examples', '/properties', '/reports', '**/*.d.ts'],
  tempDirName: 'reports/mutation/work',
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/result.json' },
  checkers: [],
};
