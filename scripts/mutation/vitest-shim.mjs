// As much of vitest as the tests of the mutated files use, without workers: they are collected, not run.
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect);
setState({ assertionCalls: 0, isExpectingAssertions: false }, expect);

/** Every test of the files loaded so far: { id, file, name, run }. `file` is set by who loads. */
export const collected = { file: '', tests: [] };

const path = [];

export const describe = (name, body) => {
  path.push(name);
  body();
  path.pop();
};
describe.each = (rows) => (name, body) => {
  for (const row of rows) describe(name, () => body(...argumentsOf(row)));
};
describe.skipIf = (condition) => (condition ? () => {} : describe);

export const it = (name, run) => {
  const { file, tests } = collected;
  tests.push({ id: `${file}#${tests.length}`, file, name: [...path, name].join(' '), run });
};
it.each = (rows) => (name, run) => {
  for (const row of rows) it(name, () => run(...argumentsOf(row)));
};

const argumentsOf = (row) => (Array.isArray(row) ? row : [row]);
