/**
 * Animals that run command sequences wrongly (draft §6.4, §6.7, §8.4.8.15, §8.4.10).
 *
 * @module
 */
import { defaultRules } from '../reference/rules.ts';
import { animal } from './animal.ts';

const { afterFailure, commands, sections, softFlag, unknown, startTable } = defaultRules;

export const commandAnimals = [
  animal(
    'Z066',
    'skips-unknown-commands',
    'A command that the recipient does not have is passed over.',
    ['seq.unknown', 'seq.custom'],
    {
      rules: {
        unknown: (kind, code, capable) =>
          kind === 'command' && !capable.includes(code) ? 'skip' : unknown(kind, code, capable),
      },
    },
  ),
  animal(
    'Z067',
    'stops-at-unknown-parameters',
    'A parameter that the recipient does not have ends the reading of those set with it, and that is success.',
    ['override.unknown'],
    {
      rules: {
        unknown: (kind, code, capable) =>
          kind === 'parameter' && !capable.includes(code) ? 'stop' : unknown(kind, code, capable),
      },
    },
  ),
  animal(
    'Z166',
    'ignores-a-command-without-argument',
    'A last command that has no argument is ignored.',
    ['seq.shape'],
    { rules: { commands: (items) => commands(items.slice(0, items.length - (items.length % 2))) } },
  ),
  animal(
    'Z068',
    'conditions-without-parameter-pass',
    'A condition whose parameter was never set is true.',
    ['cond.no-param'],
    { rules: { withoutParameter: () => 'passes' } },
  ),
  animal(
    'Z069',
    'conditions-without-parameter-abort',
    'A condition whose parameter was never set ends the procedure, even inside try-each.',
    ['cond.no-param.try'],
    { rules: { withoutParameter: () => 'aborts' } },
  ),
  animal(
    'Z073',
    'goes-on-after-a-failed-condition',
    'A failed condition is recorded, and the sequence goes on.',
    ['cond.fail-stops', 'cond.abort', 'image.precursor', 'app.check.late'],
    {
      rules: {
        afterFailure: (what, soft, enclosing) =>
          what === 'condition' && enclosing === 'section' ? 'go-on' : afterFailure(what, soft, enclosing),
      },
    },
  ),
  animal(
    'Z080',
    'is-soft-at-the-top-level',
    'A failed condition ends its section, and nothing else.',
    ['cond.fail-stops', 'cond.abort', 'app.id.mismatch', 'image.precursor'],
    {
      rules: {
        afterFailure: (what, soft, enclosing) =>
          what === 'condition' && enclosing === 'section' ? 'halt' : afterFailure(what, soft, enclosing),
      },
    },
  ),
  animal(
    'Z075',
    'tries-on-after-a-failed-directive',
    'In try-each a failed directive leads to the next branch, as a failed condition does.',
    ['try.directive-fails'],
    {
      rules: {
        afterFailure: (what, soft, enclosing) =>
          what === 'directive' && enclosing === 'try-each' ? 'next' : afterFailure(what, soft, enclosing),
      },
    },
  ),
  animal(
    'Z083',
    'softens-failed-directives',
    'A run-sequence with soft failure swallows failed directives too.',
    ['run.soft'],
    {
      rules: {
        afterFailure: (what, soft, enclosing) =>
          what === 'directive' && soft && enclosing === 'run-sequence'
            ? 'halt'
            : afterFailure(what, soft, enclosing),
      },
    },
  ),
  animal(
    'Z076',
    'runs-every-branch',
    'Try-each runs all branches, not only the first that succeeds.',
    ['try.first-wins'],
    { rules: { nextBranch: (succeeded, left) => (left > 0 ? 'next' : succeeded ? 'done' : 'exhausted') } },
  ),
  animal(
    'Z078',
    'exhausted-try-each-succeeds',
    'Try-each succeeds where every branch failed.',
    ['try.exhausted'],
    { rules: { nextBranch: (succeeded, left) => (succeeded || left === 0 ? 'done' : 'next') } },
  ),
  animal(
    'Z081',
    'keeps-soft-failure-on-return',
    'Soft-failure keeps the value of the inner sequence.',
    ['soft.scope.restore', 'soft.scope.leak'],
    {
      rules: {
        softFlag: (event, before, enclosing) =>
          event.kind === 'leave' ? event.inner : softFlag(event, before, enclosing),
      },
    },
  ),
  animal(
    'Z167',
    'try-each-is-always-soft',
    'Soft-failure false is ignored in try-each.',
    ['try.soft-false'],
    {
      rules: {
        softFlag: (event, before, enclosing) =>
          event.kind === 'set' && enclosing === 'try-each' ? true : softFlag(event, before, enclosing),
      },
    },
  ),
  animal(
    'Z082',
    'allows-soft-failure-anywhere',
    'Soft-failure can be set outside try-each and run-sequence.',
    ['soft.scope.top'],
    {
      rules: {
        softFlag: (event, before, enclosing) =>
          event.kind === 'set' ? event.value : softFlag(event, before, enclosing),
      },
    },
  ),
  animal(
    'Z084',
    'runs-the-shared-sequence-once',
    'The shared sequence runs before the first section only.',
    ['seq.shared.rerun'],
    { rules: { sharedRuns: (_section, earlier) => earlier === 0 } },
  ),
  animal(
    'Z085',
    'shared-sequence-may-do-anything',
    'Fetch, write and custom commands run in the shared sequence.',
    ['seq.shared.effect', 'seq.shared.custom'],
    { rules: { sharedAllows: () => true } },
  ),
  animal(
    'Z142',
    'invokes-during-update',
    'The invoke section is run at the end of an update.',
    ['valid.run.sequence', 'valid.invoke', 'invoke.in-update'],
    {
      rules: { sections: (event) => (event === 'update' ? [...sections(event), 'invoke'] : sections(event)) },
    },
  ),
  animal('Z183', 'installs-before-fetching', 'Install is run before payload-fetch.', ['section.order'], {
    rules: {
      sections: (event) => (event === 'update' ? ['install', 'payloadFetch', 'validate'] : sections(event)),
    },
  }),
  animal(
    'Z098',
    'invokes-without-validation',
    'At boot, what was stored is invoked without being validated.',
    ['invoke.tampered', 'image.partial', 'invoke.unvalidated'],
    {
      rules: {
        mustCheck: () => true,
        sections: (event) => (event === 'boot' ? ['load', 'invoke'] : sections(event)),
      },
    },
  ),
  animal(
    'Z091',
    'keeps-parameters-between-manifests',
    'Parameters of the manifest before are still set.',
    ['param.leak', 'param.section'],
    {
      rules: {
        startTable: (previous, components) =>
          startTable([], components).map((table, i) => ({ ...table, ...previous[i] })),
      },
    },
  ),
  animal(
    'Z196',
    'allows-a-further-index-in-parallel',
    'A sequence run in parallel may set the component index again.',
    ['strict.run-index'],
    { rules: { mayIndex: () => true } },
  ),
  animal(
    'Z139',
    'has-no-step-budget',
    'Nothing bounds the number of steps: nested sequences over all components run for hours.',
    ['res.loop.true', 'res.match.repeat'],
    { rules: { withinBudget: () => true }, limits: { depth: 64 } },
  ),
];
