/**
 * `npm run bench -- identical --cases N`: the same cases on the reference as built-in, module and process. Everything that
 * the log says of a case must be the same, its cost apart.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { catalogue } from '../src/attacks/catalogue.ts';
import { packageRoot } from '../src/package-root.ts';

const builtin = 'reference';
const others = ['as-module', 'as-process'] as const;
const shownDifferences = 10;

interface Identical {
  /** Cases that all three answered. */
  readonly cases: number;
  readonly differences: readonly string[];
}

export async function benchIdentical({ cases }: { readonly cases: number }): Promise<number> {
  const { differences, ...counted } = await compareTransports(cases);
  process.stdout.write(
    `${counted.cases} cases on the reference, as ${[builtin, ...others].join(', ')}: ` +
      `${differences.length === 0 ? 'identical' : `${differences.length} differ`}\n`,
  );
  for (const one of differences.slice(0, shownDifferences)) process.stdout.write(`  ${one}\n`);
  return differences.length === 0 && counted.cases >= cases ? 0 : 1;
}

async function compareTransports(cases: number): Promise<Identical> {
  const folder = mkdtempSync(join(tmpdir(), 'gauntlet-identical-'));
  try {
    writeConfig(folder);
    const rounds = Math.ceil(cases / catalogue.length);
    const specs = [builtin, ...others].flatMap((spec) => ['-v', spec]);
    const args = [
      '--runs',
      String(rounds),
      '--no-stored',
      '--histories',
      '0',
      '--shrink',
      '0',
      '--out',
      'out',
    ];
    const { status, stderr } = spawnSync(
      process.execPath,
      [inDist('src/cli/main.js'), 'run', ...specs, ...args],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
    );
    // 1: findings, which are differences too, if the others have not the same.
    if (status !== 0 && status !== 1) throw new Error(`the run ended with status ${status}: ${stderr}`);
    return await differencesIn(join(folder, 'out', 'results.jsonl'), cases);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeConfig(folder: string): void {
  const harness = join(packageRoot(), 'src/verifiers/transports/fixtures/reference-harness.mjs');
  const words = [process.execPath, harness, inDist('.')];
  const file = 'as-module.mjs';
  writeFileSync(
    join(folder, file),
    `import { referenceVerifier } from '${inDist('src/verifiers/reference/reference.js')}';\nexport const verifier = referenceVerifier();\n`,
  );
  const verifiers = {
    'as-module': { module: file },
    'as-process': { process: words.map((word) => `'${word}'`).join(' ') },
  };
  writeFileSync(join(folder, 'gauntlet.config.json'), JSON.stringify({ verifiers }));
}

function inDist(path: string): string {
  return join(packageRoot(), 'dist', path);
}

interface Line {
  readonly case: number;
  readonly of: string;
  readonly attack: string;
  readonly verifier: string;
  readonly verdict: string;
  readonly n?: unknown;
  readonly cost?: unknown;
  readonly failure?: unknown;
  readonly disagreements?: unknown;
}

/** Of the first cases of the log. */
async function differencesIn(log: string, cases: number): Promise<Identical> {
  const said = new Map<string, Map<string, { readonly line: Line; readonly text: string }>>();
  const differences: string[] = [];
  for await (const text of createInterface({ input: createReadStream(log) })) {
    const line = JSON.parse(text) as Line;
    // Beside the header.
    if (line.verifier === undefined || line.case >= cases) continue;
    const { verifier, n: _n, cost: _cost, failure: _failure, disagreements, ...same } = line;
    const key = `${line.case} ${line.of} ${line.attack}`;
    if (disagreements !== undefined) differences.push(`case ${key}: read differently`);
    const answers = said.get(key) ?? new Map();
    answers.set(verifier, { line, text: JSON.stringify(same) });
    said.set(key, answers);
  }
  const whole = new Set<number>();
  for (const [key, answers] of said) {
    const own = answers.get(builtin);
    for (const other of others) {
      const theirs = answers.get(other);
      if (own?.text !== theirs?.text)
        differences.push(
          `case ${key}: ${builtin} ${own?.text ?? 'no line'}; ${other} ${theirs?.text ?? 'no line'}`,
        );
    }
    if (own !== undefined && own.line.of !== 'control') whole.add(own.line.case);
  }
  return { cases: whole.size, differences };
}
