// Mutation testing of the reference verifier and of the reader of manifests, on the compiled files: no mutant needs a
// build. `npm run mutate` (minutes; never in CI); docs/mutation.md has what came out.
export default {
  plugins: ['./scripts/mutation/plugin.mjs'],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  mutate: ['dist/src/verifiers/reference/*.js', 'dist/src/suit/read*.js', '!dist/**/*.test.js'],
  ignorers: ['wording'],
  // Tables that are computed at load: a process each.
  ignoreStatic: true,
  disableTypeChecks: false,
  allowEmpty: false,
  ignorePatterns: ['/src', '/bench', '/examples', '/properties', '/reports', '/corpus/examples', '**/*.d.ts'],
  tempDirName: 'reports/mutation/work',
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/result.json' },
  checkers: [],
};
