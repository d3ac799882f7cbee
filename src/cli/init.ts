/**
 * `gauntlet init`: a config file, an adapter to fill in, and a CI workflow. What is there already stays as it is.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { packageRoot } from '../package-root.ts';
import { shellWord } from '../shell-word.ts';
import { makeFolder, whileWriting } from './files.ts';

export const initLanguages = ['module', 'python', 'c', 'wasm', 'command'] as const;

export type InitLanguage = (typeof initLanguages)[number];

export interface InitOptions {
  readonly language: InitLanguage;
  readonly format: 'text' | 'json';
}

interface Recipe {
  /** The verifier's entry in the config, as JavaScript. */
  readonly entry: string;
  /** Files of examples/, each with its place in the project. */
  readonly copied: Readonly<Record<string, string>>;
  /** What has to be built first. */
  readonly build?: string;
}

const wasmFlags = '--target=wasm32 -Os -ffreestanding -nostdlib -Wl,--no-entry -Wl,--strip-all';

const recipes: Readonly<Record<InitLanguage, Recipe>> = {
  module: {
    entry: "{ module: './gauntlet/adapter.mjs' }",
    copied: { 'skeletons/adapter.mjs': 'gauntlet/adapter.mjs' },
  },
  python: {
    entry: "{ process: 'python3 gauntlet/adapter.py' }",
    copied: {
      'skeletons/adapter.py': 'gauntlet/adapter.py',
      'python/gauntlet_shim.py': 'gauntlet/gauntlet_shim.py',
    },
  },
  c: {
    entry: "{ process: './gauntlet/adapter' }",
    copied: { 'skeletons/adapter.c': 'gauntlet/adapter.c', 'c/gauntlet.h': 'gauntlet/gauntlet.h' },
    build: 'cc -O2 -o gauntlet/adapter gauntlet/adapter.c',
  },
  wasm: {
    entry: "{ wasm: './gauntlet/adapter.wasm' }",
    copied: {
      'skeletons/adapter.c': 'gauntlet/adapter.c',
      'c/gauntlet.h': 'gauntlet/gauntlet.h',
      'c/wasm/libc.c': 'gauntlet/wasm/libc.c',
      'c/wasm/string.h': 'gauntlet/wasm/string.h',
    },
    build: `clang ${wasmFlags} -Igauntlet/wasm -o gauntlet/adapter.wasm gauntlet/adapter.c gauntlet/wasm/libc.c`,
  },
  command: { entry: "{ command: './my-verifier {envelope} --key {anchor}' }", copied: {} },
};

export interface Initialised {
  /** Relative to the folder, in the order they were written. */
  readonly written: readonly string[];
  /** There already, and left as they are. */
  readonly kept: readonly string[];
  readonly next: readonly string[];
}

export function runInit(folder: string, { language, format }: InitOptions): number {
  const result = initialise(folder, language);
  process.stdout.write(format === 'json' ? `${JSON.stringify(result, null, 1)}\n` : inWords(result));
  return 0;
}

export function initialise(where: string, language: InitLanguage): Initialised {
  const folder = resolve(where);
  const { entry, copied, build } = recipes[language];
  const files: readonly (readonly [place: string, text: string])[] = [
    ['gauntlet.config.mjs', configText(entry)],
    ...Object.entries(copied).map(([from, place]) => [place, example(from)] as const),
    ['.github/workflows/suit-gauntlet.yml', workflowText(build)],
  ];
  const kept = files.map(([place]) => place).filter((place) => existsSync(join(folder, place)));
  const written = files.filter(([place]) => !kept.includes(place));
  for (const [place, text] of written) writeNew(join(folder, place), text);
  const next = [
    ...(folder === process.cwd() ? [] : [`cd ${shellWord(where)}`]),
    ...(language === 'command'
      ? ['say in gauntlet.config.mjs how your program is called: docs/config.md']
      : []),
    ...(build ? [build] : []),
    'npx gauntlet doctor mine',
    'npx gauntlet run',
  ];
  return { written: written.map(([place]) => place), kept, next };
}

/** Fails where the file has come into being meanwhile. */
function writeNew(file: string, text: string): void {
  makeFolder(dirname(file));
  whileWriting(file, () => writeFileSync(file, text, { flag: 'wx' }));
}

function example(name: string): string {
  const file = join(packageRoot(), 'examples', name);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BenchError('package-root', `${file} is missing: the installation is damaged`, {
      blame: 'bench',
      cause,
    });
  }
}

function configText(entry: string): string {
  return `// docs/config.md of suit-gauntlet describes what may stand here.
export default {
  verifiers: {
    mine: ${entry},
  },
  run: { runs: 10, out: 'gauntlet-report' },
};
`;
}

function workflowText(build: string | undefined): string {
  return `name: suit-gauntlet
on: [push, pull_request]
permissions:
  contents: read
  security-events: write
jobs:
  attack:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
${build === undefined ? '' : `      - run: ${build}\n`}      - uses: OWNER/suit-gauntlet@COMMIT # where you keep the bench; pin the commit
        id: gauntlet
        with:
          verifier: mine # of gauntlet.config.mjs
      - uses: github/codeql-action/upload-sarif@v3
        if: \${{ !cancelled() }}
        with:
          sarif_file: \${{ steps.gauntlet.outputs.sarif }}
      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with:
          name: suit-gauntlet
          path: gauntlet-report
`;
}

function inWords({ written, kept, next }: Initialised): string {
  const lines = [
    ...written.map((place) => `wrote  ${place}`),
    ...kept.map((place) => `kept   ${place} (it was there already)`),
    '',
    'Next:',
    ...next.map((step) => `  ${step}`),
  ];
  return `${lines.join('\n')}\n`;
}
