// Stryker's side: a test runner that stays in one process, and what is not worth a mutant.
//
// The unit tests of the mutated part (`parts.mjs`) are loaded once, through `vitest-shim.mjs`, and the stored cases of
// corpus/cases are a test each: control and attack on the part's verifier in this process, killed when the verdict is
// another than without the mutant. So a mutant costs milliseconds, where a worker of vitest for each costs a second.
//
// With MUTATE_BY=catalogue a mutant is an animal of the zoo instead: no unit test, but the stored cases and some rounds
// of generated ones, killed when the bench would call it failed.
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { part } from './parts.mjs';
import { collected } from './vitest-shim.mjs';

const namespace = '__stryker__';
const shim = new URL('./vitest-shim.mjs', import.meta.url).href;
const byCatalogue = process.env.MUTATE_BY === 'catalogue';
/** Of the part's `late` test files only these; without it all. Empty: a first pass, whose survivors a second one
 * (--incremental) puts to more. */
const lateFiles = process.env.MUTATE_LATE?.split(',') ?? part.late;
const leastHits = 10_000;
/** Rounds of all attacks, with MUTATE_BY=catalogue. */
const rounds = 3;

/** Stored cases that run for a tenth of a second and more: limits on work, which unit tests hold too. */
const slow = ['res.loop.true', 'res.int.product', 'app.boot.recheck'];

/** Resolves `vitest` to the shim, for the test files alone. */
const hooks = `export const resolve = (name, context, next) =>
  name === 'vitest' ? { url: ${JSON.stringify(shim)}, shortCircuit: true } : next(name, context);`;

class InProcessRunner {
  static inject = [];

  #tests;

  capabilities() {
    // What a module computes when it is loaded stays: the core starts another process for such mutants.
    return { reloadEnvironment: false };
  }

  async dryRun() {
    const tests = [];
    for (const test of await this.#load()) {
      const started = performance.now();
      stryker().currentTestId = test.id;
      startRun();
      const failure = await failureOf(test);
      stryker().currentTestId = undefined;
      tests.push(resultOf(test, failure, performance.now() - started));
    }
    return { status: 'complete', tests, mutantCoverage: stryker().mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit }) {
    const ns = stryker();
    if (mutantActivation === 'static') ns.activeMutant = activeMutant.id;
    let tests;
    try {
      tests = await this.#load();
    } catch (cause) {
      return { status: 'killed', killedBy: ['load'], failureMessage: String(cause), nrOfTests: 0 };
    }
    // What is executed five times as often as without the mutant will not end (Stryker's own limit: a hundred times).
    const mostHits = hitLimit === undefined ? Infinity : Math.max(hitLimit / 20, leastHits);
    Object.assign(ns, { activeMutant: activeMutant.id, hitCount: 0, hitLimit: mostHits });
    const wanted = testFilter && new Set(testFilter);
    let nrOfTests = 0;
    startRun();
    for (const test of tests) {
      if (wanted && !wanted.has(test.id)) continue;
      nrOfTests += 1;
      const failure = await failureOf(test);
      if (ns.hitCount > mostHits) return { status: 'timeout', reason: `hit ${ns.hitCount} times` };
      if (failure !== undefined)
        return { status: 'killed', killedBy: [test.id], failureMessage: failure, nrOfTests };
    }
    return { status: 'survived', nrOfTests };
  }

  async #load() {
    if (this.#tests !== undefined) return this.#tests;
    if (byCatalogue) this.#tests = await allCases();
    else {
      // The quick ones first: a mutant dies as early as it can.
      const units = await unitTests();
      const isOf =
        (names) =>
        ({ file }) =>
          names.some((name) => file.endsWith(`/${name}.test.js`));
      const isLate = isOf(part.late);
      this.#tests = [
        ...units.filter((test) => !isLate(test)),
        ...(await storedCases()),
        ...units.filter(isOf(lateFiles.filter((name) => part.late.includes(name)))),
      ];
    }
    return this.#tests;
  }
}

const stryker = () => {
  globalThis[namespace] ??= {};
  return globalThis[namespace];
};

const fromHere = (file) => pathToFileURL(join(process.cwd(), file)).href;

const testFiles = () =>
  part.tests.flatMap(({ folder, like }) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.test.js') && like.test(name))
      .map((name) => join(folder, name)),
  );

async function unitTests() {
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  const { default: fc } = await import('fast-check');
  // A counterexample kills; nobody reads the smallest.
  fc.configureGlobal({ endOnFailure: true });
  for (const file of testFiles()) {
    collected.file = file;
    await import(fromHere(file));
  }
  return collected.tests;
}

/** Forgets what controls got: another mutant, another verifier. */
let startRun = () => {};

/** Puts one case to the part's verifier in this process. */
async function trial() {
  const [{ ControlCache, tryCase }, { directHost }, verifiers] = await compiled(
    'harness/trial',
    'harness/direct-host',
    part.verifier.module,
  );
  const host = await directHost('mutated', verifiers[part.verifier.name]());
  let controls = new ControlCache();
  startRun = () => {
    controls = new ControlCache();
  };
  return (one) => tryCase(host, one, controls);
}

async function loadStored() {
  const [{ loadCases }, { replayable }] = await compiled('harness/corpus', 'attacks/replayable');
  return loadCases('corpus/cases', replayable).filter(isQuick);
}

async function storedCases() {
  if (part.verifier === undefined) return [];
  const tried = await trial();
  const tests = [];
  for (const one of await loadStored()) {
    const id = `corpus/cases/${one.attack.id}`;
    // No mutant is active yet. What this touches counts as touched by the test, not as computed at load.
    stryker().currentTestId = id;
    const { verdict: wanted } = (await tried(one)).ruling;
    const run = async () => {
      const { verdict, note } = (await tried(one)).ruling;
      if (verdict !== wanted) throw new Error(`${verdict} instead of ${wanted}: ${note}`);
    };
    tests.push({ id, file: 'corpus/cases', name: one.attack.id, run });
  }
  stryker().currentTestId = undefined;
  return tests;
}

/** What a run of the bench delivers first, each killed as an animal is caught. */
async function allCases() {
  const [{ casesOf }, { isInapplicable }, { catalogue }, { inLearnedOrder }] = await compiled(
    'harness/sequence',
    'harness/case',
    'attacks/catalogue',
    'attacks/order',
  );
  const tried = await trial();
  const sequence = { stored: await loadStored(), attacks: inLearnedOrder(catalogue), seed: 1, runs: rounds };
  const cases = [...casesOf(sequence)].filter((one) => !isInapplicable(one) && isQuick(one));
  return cases.map((one, i) => ({
    id: `case ${i} ${one.attack.id}`,
    file: 'corpus/cases',
    name: one.attack.id,
    async run() {
      const { ruling, control } = await tried(one);
      const failed = [ruling, control].find((of) => of?.verdict === 'failed');
      if (failed) throw new Error(failed.note);
    },
  }));
}

const isQuick = ({ attack }) => !slow.includes(attack.id);

const compiled = (...names) => Promise.all(names.map((name) => import(fromHere(`dist/src/${name}.js`))));

async function failureOf({ run }) {
  try {
    await run();
    return undefined;
  } catch (cause) {
    return String(cause?.message ?? cause).slice(0, 400);
  }
}

const resultOf = ({ id, name, file }, failure, timeSpentMs) => {
  const known = { id, name, fileName: file, timeSpentMs };
  return failure === undefined ? { ...known, status: 0 } : { ...known, status: 1, failureMessage: failure };
};

/** What a person reads (two words and more) decides nothing: names of steps, details of a refusal. */
const wording = {
  shouldIgnore({ node }) {
    const texts =
      node.type === 'StringLiteral'
        ? [node.value]
        : node.type === 'TemplateLiteral'
          ? node.quasis.map(({ value }) => value.raw)
          : [];
    return texts.some((text) => text.includes(' ')) ? 'wording' : undefined;
  },
};

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
  declareValuePlugin(PluginKind.Ignore, 'wording', wording),
];
