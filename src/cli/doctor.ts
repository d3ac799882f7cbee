/**
 * `gauntlet doctor SPEC`: what of a plug-in works, on one screen.
 *
 * @module
 */
import { BenchError } from '../bench-error.ts';
import { type Check, type CheckUp, checkUp } from '../harness/check-up.ts';
import { timeTasks } from '../measure/timing.ts';
import { type DoctorReport, renderDoctor } from '../report/doctor.ts';
import { shellWord } from '../shell-word.ts';
import type { Host } from '../verifiers/host.ts';
import { version } from '../version.ts';
import { configToName } from './config.ts';
import { fixedRecipient } from './fixed-recipient.ts';
import { type HostChoices, openOne } from './open-verifiers.ts';
import { demandEnvelopes } from './packages.ts';

export interface DoctorOptions extends Omit<HostChoices, 'class'> {
  readonly seed: number;
  /** Seconds in which new cases are begun; those under way, and the pace, come on top. */
  readonly time: number;
  readonly format: 'text' | 'json';
}

/** 1 where a check failed. */
export async function runDoctor(spec: string, options: DoctorOptions): Promise<number> {
  const report = await examine(spec, options);
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify(report, null, 1)}\n`
      : renderDoctor(report, wordsFor(spec, options)),
  );
  return report.healthy ? 0 : 1;
}

/** As the verifier is named in the lines that are advised. */
function wordsFor(spec: string, { config }: DoctorOptions): string {
  const file = configToName([spec], config);
  return ['-v', spec, ...(file === undefined ? [] : ['--config', file])].map(shellWord).join(' ');
}

async function examine(spec: string, options: DoctorOptions): Promise<DoctorReport> {
  demandEnvelopes('doctor', [spec]);
  const fixed = fixedRecipient([spec], options.config);
  const start = performance.now();
  const opened = await open(spec, options);
  if (opened.host === undefined) return reportOf(spec, opened.checks, { checks: [], claims: [] });
  const { host } = opened;
  const helloMs = performance.now() - start;
  try {
    const result = await checkUp(host, {
      seed: options.seed,
      named: wordsFor(spec, options),
      timeMs: 1000 * options.time,
      ...(fixed && { fixed }),
    });
    const { claims } = host;
    const checks: readonly Check[] = [
      { name: 'starts', status: 'passed', note: `says hello after ${helloMs.toFixed(0)} ms` },
      { name: 'hello', status: 'passed', note: `${claims.name} ${claims.version}` },
    ];
    return reportOf(spec, checks, result, await calibrationMs());
  } finally {
    await host.close();
  }
}

interface Opened {
  readonly host?: Host;
  readonly checks: readonly Check[];
}

async function open(spec: string, options: DoctorOptions): Promise<Opened> {
  try {
    return { host: await openOne(spec, options), checks: [] };
  } catch (thrown) {
    if (!(thrown instanceof BenchError) || thrown.blame !== 'usage') throw thrown;
    // It runs and answers, but with claims that are none.
    if (thrown.code === 'verifier-claims')
      return {
        checks: [
          { name: 'starts', status: 'passed', note: 'it answers' },
          {
            name: 'hello',
            status: 'failed',
            note: thrown.message,
            fix: 'answer hello with all claims; docs/harness-protocol.md lists them',
          },
        ],
      };
    if (thrown.code === 'verifier-dead')
      return {
        checks: [
          {
            name: 'starts',
            status: 'failed',
            note: thrown.message,
            fix: 'run it by hand: it must start, and answer {"type":"hello","protocol":1} with one line',
          },
        ],
      };
    throw thrown;
  }
}

function reportOf(
  spec: string,
  first: readonly Check[],
  result: CheckUp,
  calibration?: number,
): DoctorReport {
  const checks = [...first, ...result.checks];
  const { pace } = result;
  const fix = checks.find(({ status }) => status === 'failed')?.fix;
  return {
    version: version(),
    verifier: spec,
    healthy: checks.every(({ status }) => status !== 'failed'),
    checks,
    claims: result.claims,
    ...(pace && calibration !== undefined && { pace: { ...pace, ratio: pace.medianMs / calibration } }),
    ...(fix !== undefined && { fixFirst: fix }),
  };
}

/** Median of the calibration loop, the unit of the bench's ratios. */
async function calibrationMs(): Promise<number> {
  const { calibration } = await timeTasks([], { rounds: 5, roundMs: 20, warmUpMs: 20 });
  return calibration.medianNs / 1e6;
}
