#!/usr/bin/env node
/**
 * The `gauntlet` command. Exit status: 0 nothing unexpected, 1 findings or a regression, 2 wrong usage,
 * 3 the bench itself could not do its work, or was interrupted before it had found anything.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { worstMetrics } from '../measure/worst.ts';
import { version } from '../version.ts';
import { runBaseline } from './baseline.ts';
import { runBenchCommand } from './bench.ts';
import { runBundle } from './bundle.ts';
import { runCatalogue } from './catalogue.ts';
import { runCompare } from './compare.ts';
import { applyConfig } from './config.ts';
import { runCorpus } from './corpus.ts';
import { runDoctor } from './doctor.ts';
import { runExplain } from './explain.ts';
import { tellFailure, watchStdout } from './failure.ts';
import { runFuzzCommand } from './fuzz.ts';
import { defaultSeconds } from './fuzz-begin.ts';
import { helpExamples, helpText, overview } from './help-examples.ts';
import { initLanguages, runInit } from './init.ts';
import { runMerge } from './merge.ts';
import * as values from './option-values.ts';
import { runReplay } from './replay.ts';
import { runReport } from './report.ts';
import { runRun } from './run.ts';
import { runTrace } from './trace.ts';
import { runExport } from './vectors-export.ts';
import { runImport } from './vectors-import.ts';
import { runJudge } from './vectors-judge.ts';
import { runWorst } from './worst.ts';
import { runZooCommand } from './zoo.ts';

const whole = reading(values.whole);
const positive = reading(values.positive);
const jobs = reading(values.between(1, 256));
const memory = reading(values.memory);
const shard = reading(values.shard);
const seconds = reading(values.seconds);

const program = new Command('gauntlet')
  .description('Attacks verifiers of IETF SUIT firmware-update manifests and judges their answers.')
  .version(version())
  .exitOverride()
  .showHelpAfterError('(add --help for what it takes)')
  // Names alone, so that eighty columns have room for what each does.
  .configureHelp({ subcommandTerm: (command) => command.name() })
  .addHelpText('after', overview);

program.hook('preAction', (_, command) => applyConfig(command));

const config = (): Option =>
  new Option(
    '--config <file>',
    'verifiers by name, and defaults of options; default: gauntlet.config.mjs or .json here',
  );

const format = (): Option =>
  new Option('--format <format>', 'text or json').choices(['text', 'json']).default('text');

program
  .command('run')
  .description('attack one or more verifiers; the main job')
  .option(
    '-v, --verifier <spec>',
    'reference, bounded, library:…, zoo:…, module:FILE, wasm:FILE, process:"…", command:"… {envelope} {anchor}", or a name of the config file; repeatable',
    collect,
  )
  .addOption(config())
  .option('--seed <n>', 'same seed, same cases', whole, 1)
  .option('--runs <n>', 'cases per attack', whole, 10)
  .option('--histories <n>', 'histories of up to 8 deliveries, over all rounds; default one a round', whole)
  .option(
    '--pairs <n>',
    'two attacks at once, every two groups in turn, over all rounds; default none',
    whole,
  )
  .option('--time <seconds>', 'stop after this many seconds, within the same sequence', seconds)
  .option('--valid', 'deliver valid scenarios in place of attacks; --runs of each family')
  .option('--only <name>', 'attack id, group, family, requirement or threat; repeatable', collect)
  .option('--envelope <file>', 'attack this envelope instead of generated ones (needs --key)')
  .option('--key <file>', 'its author key, JWK or PEM; with the private part the author’s attacks run too')
  .option('--payload <uri=file>', 'what a URI of the envelope resolves to; repeatable', collect)
  .option('--baseline <file>', 'findings that are known, each with its reason')
  .option('--bench <file>', 'bench.json of "gauntlet bench --out": its figures stand in report.html too')
  .option('--corpus <dir>', 'stored cases to replay first; repeatable', collect)
  .option('--no-stored', 'leave out the stored cases that come with the bench')
  .option(
    '--out <dir>',
    'report.html, results.jsonl, results.json, results.sarif, junit.xml, summary.md, findings/, costly/',
  )
  .option('--deadline <ms>', 'milliseconds per delivery', positive, 2000)
  .option('--memory <mib>', 'memory limit of a child process, or none', memory, 256)
  .option('--steps <n>', 'instructions that a delivery may take, of wasm: modules; counted', whole)
  .option('--class <which>', 'a device’s ceiling: 0, 1 or 2 of RFC 7228, or a JSON file with a profile')
  .option('--shrink <tries>', 'tries to shrink each finding', whole, 60)
  .option('--jobs <n>', 'processes, each with verifiers of its own; the same results; default 1', jobs)
  .option(
    '--shard <i/n>',
    'only the i-th of n parts of the sequence; "gauntlet merge" puts them together',
    shard,
  )
  .option('--resume', 'go on with what --out has of the same run, however it ended')
  .addOption(format())
  .action(exitWith(runRun));

program
  .command('fuzz')
  .description('the same for a budget of time or cases, bred from what behaved as nothing before did')
  .option('-v, --verifier <spec>', 'as for run; repeatable', collect)
  .addOption(config())
  .option('--seed <n>', 'with --jobs 1 and --cases: same seed, same cases; default 1', whole)
  .option(
    '--time <seconds>',
    `budget of time, over all sessions; default ${defaultSeconds}s without --cases`,
    seconds,
  )
  .option('--cases <n>', 'budget of cases for each verifier', positive)
  .option('--jobs <n>', 'batches of cases under way at once; default: one for each core', jobs)
  .option('--only <name>', 'attack id, group, family, requirement or threat; repeatable', collect)
  .option('--baseline <file>', 'findings that are known, each with its reason')
  .option('--corpus <dir>', 'stored cases to begin with; repeatable', collect)
  .option('--no-stored', 'leave out the stored cases that come with the bench')
  .option(
    '--out <dir>',
    'fuzz.json, corpus/, findings/ and the reports of run; a run is gone on with from it',
  )
  .option(
    '--resume <dir>',
    'go on with the run in this --out, as it was begun; a new budget replaces the old',
  )
  .option('--deadline <ms>', 'milliseconds per delivery; default 2000', positive)
  .option('--memory <mib>', 'memory limit of a child process, or none; default 256', memory)
  .option('--class <which>', 'a device’s ceiling: 0, 1 or 2 of RFC 7228, or a JSON file with a profile')
  .option('--shrink <tries>', 'tries to shrink each finding; default 60', whole)
  .addOption(format())
  .action(exitWith(runFuzzCommand));

program
  .command('merge')
  .description('the shards of a run into one result, as if one process had run it')
  .argument('<dirs...>', 'the --out of each shard')
  .requiredOption('--out <dir>', 'where the reports go, as of gauntlet run')
  .option('--baseline <file>', 'findings that are known, each with its reason')
  .option('--bench <file>', 'bench.json of "gauntlet bench --out": its figures stand in report.html too')
  .addOption(format())
  .action(exitWith(runMerge));

program
  .command('report')
  .description('the reports of a run that was killed, made of its results.jsonl')
  .argument('<dir>', 'what was its --out')
  .option('--baseline <file>', 'findings that are known, each with its reason')
  .option('--bench <file>', 'bench.json of "gauntlet bench --out": its figures stand in report.html too')
  .addOption(format())
  .action(exitWith(runReport));

program
  .command('replay')
  .description('one stored finding against any verifier')
  .argument('<file>', 'of findings/, costly/ or a corpus')
  .option('-v, --verifier <spec>', 'repeatable', collect)
  .addOption(config())
  .option('--key <file>', 'a symmetric key that the stored case leaves out')
  .option('--deadline <ms>', 'milliseconds per delivery', positive, 2000)
  .option('--memory <mib>', 'memory limit of a child process, or none', memory, 256)
  .option('--steps <n>', 'instructions that a delivery may take, of wasm: modules; counted', whole)
  .option('--class <which>', 'the device’s ceiling that it was found under')
  .addOption(format())
  .action(exitWith(runReplay));

program
  .command('compare')
  .description('two or more verifiers on the same bytes, or two or more results.json: where they part')
  .argument('[files...]', 'stored cases or envelopes for the verifiers; without -v, results.json')
  .option('-v, --verifier <spec>', 'repeatable', collect)
  .addOption(config())
  .option('--seed <n>', 'same seed, same cases; default 1', whole)
  .option('--runs <n>', 'cases per attack; default 10', whole)
  .option('--round <n>', 'this round only', whole)
  .option('--only <name>', 'attack id, group, family, requirement or threat; repeatable', collect)
  .option('--key <file>', 'the author key of the envelopes, JWK or PEM')
  .option('--payload <uri=file>', 'what a URI of the envelopes resolves to; repeatable', collect)
  .option('--deadline <ms>', 'milliseconds per delivery', positive, 2000)
  .option('--memory <mib>', 'memory limit of a child process, or none', memory, 256)
  .addOption(new Option('--format <format>').choices(['text', 'json', 'markdown']).default('text'))
  .action(exitWith(runCompare));

program
  .command('explain')
  .description('any envelope as labelled diagnostic notation, errors marked at their byte')
  .argument('<file>', 'the envelope')
  .option('--key <file>', 'check the signatures with this key')
  .addOption(format())
  .action(exitWith(runExplain));

program
  .command('catalogue')
  .description('every attack, or with --valid every family of valid scenarios, with clause and strength')
  .option('--valid', 'the families of valid scenarios')
  .option('--only <name>', 'attack id, group, family, requirement or threat')
  .addOption(new Option('--format <format>').choices(['text', 'json', 'markdown']).default('text'))
  .action(exitWith(runCatalogue));

program
  .command('trace')
  .description('clause → what covers it → verdicts; orphans fail')
  .option('--results <file>', 'a results.json, for the verdicts')
  .option('--threats', 'threat → requirement → attack → verdict, after RFC 9124, in place of clauses')
  .option('--doc <name>', 'clauses of this document only, for example manifest')
  .option('--draft <file>', 'the draft’s Markdown source: is each of its BCP 14 keywords in the ledger?')
  .addOption(
    new Option('--format <format>', 'markdown or json').choices(['markdown', 'json']).default('markdown'),
  )
  .action(exitWith(runTrace));

program
  .command('bench')
  .description(
    'parse and verify cost: counted, timed, and how it grows; exit status 1 where it is not linear',
  )
  .option('-v, --verifier <spec>', 'as for run; repeatable', collect)
  .addOption(config())
  .option('--envelope <name>', 'example0 … example5, algorithm-…; repeatable', collect)
  .option('--series <name>', 'components, commands, nesting, …; repeatable', collect)
  .option('--decoders', 'also CBOR decoders on the same bytes: time, heap, what they take and die of')
  .option('--cms', 'also the same image as a firmware package of RFC 4108 (CMS)')
  .option('--families', 'also the room that the smallest member of each valid family takes')
  .option('--exact', 'programs (process:…) also under valgrind: instructions, heap and stack, which repeat')
  .option('--quick', 'rough times within about ten seconds; what is counted is the same')
  .option('--counted', 'only what is counted, which is the same on every machine; within seconds')
  .option('--out <dir>', 'bench.json and the plots')
  .option('--baseline <file>', 'costs as they were: more is exit status 1')
  .option('--write-baseline', 'write the costs as they are now to that file')
  .addOption(format())
  .action(exitWith(runBenchCommand));

program
  .command('worst')
  .description('the delivery of a size that costs a verifier most, searched for by its counted cost')
  .option('-v, --verifier <spec>', 'as for run; repeatable; default bounded', collect)
  .addOption(config())
  .option('--bytes <n>', 'the most that the envelope may have', reading(values.between(1, 65536)), 1024)
  .addOption(
    new Option('--key <who>', 'who makes it: signed by the author, or an outsider; default both').choices([
      'signed',
      'outsider',
    ]),
  )
  .addOption(new Option('--metric <metric>', 'what is to be high').choices(worstMetrics).default('steps'))
  .option('--seed <n>', 'same seed, same search where the cost is counted', whole, 1)
  .option('--tries <n>', 'deliveries tried beside the seeds', whole, 2000)
  .option('--above <n>', 'exit status 1 where the cost is more than n times the typical one', positive)
  .option('--out <dir>', 'worst.json and the envelopes')
  .addOption(format())
  .action(exitWith(runWorst));

program
  .command('zoo')
  .description('the self-test: which broken verifier is caught, by which attack, after how many cases')
  .option('--list', 'only list them, with their defects')
  .option('--animal <id>', 'only this one; repeatable', collect)
  .option('--equivalents', 'only those that are right in another way: none may be caught')
  .option('--only <name>', 'attack id, group, family, requirement or threat; repeatable', collect)
  .option('--seed <n>', 'same seed, same cases', whole, 1)
  .option('--runs <n>', 'cases per attack', whole, 10)
  .option('--cases <n>', 'cases for each animal in all, in as many rounds as that takes', positive)
  .option('--no-stored', 'without the stored cases that come with the bench')
  .option('--time <seconds>', 'stop after this many seconds', seconds)
  .option('--blind <n>', 'blind mutations for each animal, to compare with; 0: none', whole, 1000)
  .option('--expect <file>', 'the score and the animals that must be caught; less is exit status 1')
  .option('--write <file>', 'writes what was caught as the next run’s --expect')
  .option('--out <dir>', 'zoo.json, zoo.html, curve.svg and the shrunk counterexamples')
  .option('--shrink <tries>', 'tries to shrink each counterexample', whole, 60)
  .addOption(format())
  .action(exitWith(runZooCommand));

program
  .command('doctor')
  .description('check a plug-in: what works, what of its claims was seen to, and what to mend first')
  .argument('<spec>', 'as for run -v')
  .option('--seed <n>', 'same seed, same deliveries', whole, 1)
  .option('--time <seconds>', 'new deliveries are begun for so long', seconds, 12)
  .option('--deadline <ms>', 'milliseconds per delivery', positive, 2000)
  .option('--memory <mib>', 'memory limit of a child process, or none', memory, 256)
  .addOption(config())
  .addOption(format())
  .action(exitWith(runDoctor));

program
  .command('init')
  .description('write a config file, an adapter to fill in, and a CI workflow; nothing is overwritten')
  .argument('[dir]', 'where to', '.')
  .addOption(
    new Option('--language <language>', 'what your verifier is, or is called from')
      .choices(initLanguages)
      .default('module'),
  )
  .addOption(format())
  .action(exitWith(runInit));

program
  .command('baseline')
  .description('write or update a baseline from a results.json')
  .argument('<results>', 'a results.json')
  .argument('<baseline>', 'the file to write')
  .requiredOption('--reason <text>', 'why the findings that are not in it yet are accepted')
  .option(
    '--coverage',
    'also what is proven and answered now, policy rows too: less, or other, is a problem; kept up once there',
  )
  .option('--adopt', 'also which attacks there are: what later ones find is told but does not gate')
  .addOption(format())
  .action(exitWith(runBaseline));

program
  .command('corpus')
  .description('check the stored cases that come with the bench, one for each attack')
  .argument('[dir]', 'default: those of the bench')
  .option('--write', 'write those that are missing or stale anew')
  .addOption(format())
  .action(exitWith(runCorpus));

program
  .command('bundle')
  .description(
    'what an auditor needs of a run in one archive, the same bytes each time; --check verifies one',
  )
  .argument('<path>', 'the --out of a run; with --check an archive')
  .option('-o, --output <file>', 'the archive, FILE.tar.gz')
  .option('--check', 'its sums, and a sample of its cases and findings once more')
  .option('--sample <n>', 'cases of the log, and findings, to be run again; 0: only the sums', whole, 20)
  .option(
    '-v, --verifier <spec>',
    'a program that the archive names and that --check may run; repeatable',
    collect,
  )
  .addOption(config())
  .option('--deadline <ms>', 'milliseconds per delivery', positive, 2000)
  .option('--memory <mib>', 'memory limit of a child process, or none', memory, 256)
  .option('--class <which>', 'the device’s ceiling that findings were found under')
  .addOption(format())
  .action(exitWith(runBundle));

const vectors = program
  .command('vectors')
  .description(
    'a static suite for those who have no Node.js: export or import it, and judge what was answered elsewhere',
  );

vectors
  .command('export')
  .description('write what a run would deliver as files, with what must come of it')
  .argument('<dir>', 'an empty or new folder')
  .option('--seed <n>', 'same seed, same files', whole, 1)
  .option('--runs <n>', 'cases per attack and valid family', whole, 1)
  .option('--only <name>', 'attack id, group, family, requirement or threat; repeatable', collect)
  .option('--corpus <dir>', 'also these stored cases; repeatable', collect)
  .option('--no-stored', 'leave out the stored cases that come with the bench')
  .option('--envelope <file>', 'attack this envelope instead of generated ones (needs --key)')
  .option('--key <file>', 'its author key, JWK or PEM; no private part goes into the suite')
  .option('--payload <uri=file>', 'what a URI of the envelope resolves to; repeatable', collect)
  .option('--dictionary', 'also suit.dict, a dictionary for AFL, libFuzzer and Honggfuzz')
  .option('--seeds', 'also seeds/, the envelopes alone, for a fuzzer to begin with')
  .addOption(format())
  .action(exitWith(runExport));

vectors
  .command('import')
  .description(
    'an exported suite, or a folder of raw envelopes as fuzzers keep, as stored cases for --corpus',
  )
  .argument('<dir>', 'the suite, or the folder')
  .requiredOption('--out <dir>', 'the corpus')
  .option('--like <file>', 'a stored case: raw envelopes go to its device; default: a generated one')
  .addOption(format())
  .action(exitWith(runImport));

vectors
  .command('judge')
  .description('judge answers to an exported suite; the reports of run')
  .argument('<dir>', 'the exported suite')
  .argument('<answers>', 'a JSON file: docs/vectors.md')
  .option('--baseline <file>', 'findings that are known, each with its reason')
  .option('--out <dir>', 'report.html, results.json, results.sarif, junit.xml, summary.md and findings/')
  .option('--partial', 'cases without an answer are no error')
  .addOption(format())
  .action(exitWith(runJudge));

for (const command of program.commands)
  for (const one of [command, ...command.commands]) {
    const name = one === command ? command.name() : `${command.name()} ${one.name()}`;
    const examples = helpExamples[name];
    if (examples) one.addHelpText('after', helpText(examples));
  }

const stdout = watchStdout();
try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = thrown instanceof CommanderError ? usageStatus(thrown) : tellFailure(thrown);
}
// Children and workers are closed by now; nothing may keep the process alive.
process.on('beforeExit', () => {
  if (stdout.failed()) process.exitCode = 3;
  process.exit();
});

/** Help and the version are asked for; all else is wrong usage. */
function usageStatus({ exitCode }: CommanderError): 0 | 2 {
  return exitCode === 0 ? 0 : 2;
}

function exitWith<Arguments extends unknown[]>(
  action: (...args: Arguments) => Promise<number> | number,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    process.exitCode = await action(...args);
  };
}

function reading<T>({ read, wanted }: values.OptionValue<T>): (text: string) => T {
  return (text) => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(`Wanted ${wanted}.`);
    return value;
  };
}

/** Each further one of a repeatable option. */
function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
