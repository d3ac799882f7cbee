/**
 * Examples at the end of each command's help.
 *
 * @module
 */

/** By command, a subcommand after a blank; what to type, and what it does. */
export const helpExamples: Readonly<Record<string, readonly (readonly [line: string, does: string])[]>> = {
  run: [
    ['gauntlet run -v reference -v bounded --out report', 'both built-in verifiers, with all reports'],
    ['gauntlet run -v process:"./my-harness" --only rollback --runs 50', 'one family, more cases'],
    ['gauntlet run --envelope fw.suit --key author.jwk.json', 'your own manifest, on reference'],
    ['gauntlet run -v bounded --class 1', 'under the ceiling of a Class 1 device'],
    ['gauntlet run -v mine --baseline suit-baseline.json', 'in CI: 1 where anything is new'],
  ],
  fuzz: [
    ['gauntlet fuzz -v reference -v mine --time 600 --out found', 'ten minutes on all cores'],
    ['gauntlet fuzz --resume found --time 1200', 'ten minutes more'],
  ],
  bench: [
    ['gauntlet bench --quick', 'rough figures of the built-in verifiers'],
    ['gauntlet bench -v bounded --baseline cost.json --write-baseline', 'what later runs are held against'],
  ],
  worst: [['gauntlet worst -v bounded --bytes 512 --metric steps', 'what an outsider can make it cost']],
  compare: [
    ['gauntlet compare -v reference -v mine', 'where two verifiers part on the same bytes'],
    ['gauntlet compare old/results.json new/results.json', 'what was gained, lost and changed'],
  ],
  explain: [['gauntlet explain fw.suit --key author.jwk.json', 'digests and signatures checked too']],
  replay: [['gauntlet replay report/findings/ab12.json --verifier mine', 'one stored finding again']],
  catalogue: [['gauntlet catalogue --format markdown', 'every attack, as a table']],
  trace: [['gauntlet trace --results report/results.json', 'each clause with its verdicts']],
  zoo: [
    ['gauntlet zoo --runs 5', 'which broken verifier is caught, by what'],
    ['gauntlet zoo --list', 'the animals'],
  ],
  doctor: [['gauntlet doctor process:"python3 verifier.py"', 'what works, and what to mend first']],
  init: [['gauntlet init my-verifier --language c', 'config, adapter skeleton and CI workflow']],
  corpus: [['gauntlet corpus', 'checks the stored cases that come with the bench']],
  baseline: [
    [
      'gauntlet baseline report/results.json suit-baseline.json --reason "issue 12"',
      'accepts what was found, with a reason',
    ],
  ],
  report: [['gauntlet report report', 'the reports of a run that was killed']],
  merge: [['gauntlet merge part1 part2 --out whole', 'two shards into the single run']],
  bundle: [
    ['gauntlet bundle report -o evidence.tar.gz', 'all of it, with sums'],
    ['gauntlet bundle --check evidence.tar.gz', 'verifies the sums, runs a sample again'],
  ],
  'vectors export': [['gauntlet vectors export suite --runs 2', 'a file for each case, and an index']],
  'vectors judge': [['gauntlet vectors judge suite answers.json', 'answers that were produced elsewhere']],
  'vectors import': [['gauntlet vectors import crashes --out corpus', 'raw envelopes of another fuzzer']],
};

/** At the end of `gauntlet --help`. */
export const overview = `
Each command has its own --help, with examples.

Exit status:
  0  nothing unexpected
  1  findings, or a difference to the baseline
  2  wrong usage
  3  the bench could not do its work, or was interrupted before it found any

Examples:
  gauntlet run -v reference --only rollback
      one family of attacks on the built-in verifier
  gauntlet doctor process:"./my-harness"
      what works of your own, and what to mend first`;

export function helpText(examples: readonly (readonly [string, string])[]): string {
  return `\nExamples:\n${examples.map(([line, does]) => `  ${line}\n      ${does}`).join('\n')}`;
}
