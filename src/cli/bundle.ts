/**
 * `gauntlet bundle`: what an auditor needs of a run in one archive, each file with its SHA-256.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { howMany } from '../how-many.ts';
import { thisMachine } from '../measure/machine.ts';
import { replaceFile } from '../replace-file.ts';
import { traceClauses } from '../trace/clause-trace.ts';
import { renderTrace } from '../trace/render-trace.ts';
import { version } from '../version.ts';
import { writeArchive } from './archive.ts';
import { type CheckOptions, checkBundle } from './bundle-check.ts';
import { type Bundle, bundleFormat, manifestName, sumsName } from './bundle-format.ts';
import { bundledInputs } from './bundle-inputs.ts';
import { verifierDigest } from './bundle-verifiers.ts';
import type { Config } from './config.ts';
import { ownCorpus } from './corpus.ts';
import { whileWriting } from './files.ts';
import { logPath, openLogOf } from './run-log.ts';
import { digestOfFolder, sha256 } from './run-plan.ts';
import { readResults } from './trace.ts';

export interface BundleOptions extends CheckOptions {
  readonly output?: string;
  readonly check?: boolean;
}

export async function runBundle(path: string, options: BundleOptions): Promise<number> {
  if (options.check) return checkBundle(path, options);
  const { output } = options;
  if (output === undefined) throw new BenchError('usage', 'name the archive: -o FILE.tar.gz');
  const files = withSums(bundleFiles(path, options.config));
  const archive = await writeArchive(files);
  whileWriting(output, () => replaceFile(output, archive));
  const digest = sha256(readFileSync(output));
  process.stdout.write(
    options.format === 'json'
      ? `${JSON.stringify({ file: output, sha256: digest, files: files.size }, null, 1)}\n`
      : `${output}: ${howMany(files.size, 'file')}, SHA-256 ${digest}\ncheck it with: gauntlet bundle --check ${output}\n`,
  );
  return 0;
}

function bundleFiles(folder: string, config: Config | undefined): ReadonlyMap<string, Uint8Array> {
  const results = readResults(join(folder, 'results.json'));
  const header = existsSync(logPath(folder)) ? openLogOf(folder).header : undefined;
  const inputs = bundledInputs(header);
  const trace = traceClauses({ results });
  const own = ownCorpus();
  const bundle: Bundle = {
    format: bundleFormat,
    version: version(),
    run: {
      version: results.version,
      seed: results.seed,
      subject: results.subject,
      complete: results.complete,
      planned: results.planned,
      done: results.done,
      findings: results.findings.length,
      ...(header && { choice: header.choice }),
    },
    verifiers: Object.keys(results.verifiers).map((spec) => verifierDigest(spec, config)),
    inputs: inputs.map(({ input }) => input),
    ...(existsSync(own) && { ownCorpus: digestOfFolder(own) }),
    environment: thisMachine(),
  };
  const made = {
    [manifestName]: `${JSON.stringify(bundle, null, 1)}\n`,
    'clauses.json': `${JSON.stringify(trace, null, 1)}\n`,
    'clauses.md': renderTrace(trace),
  };
  const encoder = new TextEncoder();
  return new Map([
    ...Object.entries(made).map(([name, text]) => [name, encoder.encode(text)] as const),
    ...resultFiles(folder).map((name) => [`results/${name}`, bytesOf(join(folder, name))] as const),
    ...inputs.flatMap(({ files }) => [...files]),
  ]);
}

/** What a run, a fuzzing run or a judgement writes into its folder; whatever else lies there stays there. */
const reports = [
  'results.json',
  'results.jsonl',
  'results.sarif',
  'junit.xml',
  'summary.md',
  'report.html',
  'fuzz.json',
  'fuzz.jsonl',
];

function resultFiles(folder: string): readonly string[] {
  const stored = ['findings', 'corpus', 'costly'].flatMap((name) => {
    const inside = join(folder, name);
    if (!existsSync(inside)) return [];
    const files = readdirSync(inside, { withFileTypes: true }).filter((one) => one.isFile());
    return files.filter((one) => /^[\w-]+\.(json|suit)$/.test(one.name)).map((one) => `${name}/${one.name}`);
  });
  return [...reports.filter((name) => existsSync(join(folder, name))), ...stored];
}

function bytesOf(path: string): Uint8Array {
  return readFileSync(path);
}

/** Throws BenchError `bundle-private-key`: an archive is given away. */
function withSums(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  for (const [name, bytes] of files)
    if (hasPrivateKey(bytes))
      throw new BenchError('bundle-private-key', `${name} has a private key in it: nothing was written`);
  const lines = [...files].map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
  const sums = lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
  return new Map([...files, [sumsName, new TextEncoder().encode(sums)]]);
}

/** PEM, or the private scalar of a JWK. */
function hasPrivateKey(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) || /"d"\s*:\s*"[A-Za-z0-9_+/=-]{16,}"/.test(text);
}
