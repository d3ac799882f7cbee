import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from './package-root.ts';

/** A folder imports only from itself and from those above it in this list. */
const layers = [
  '',
  'cbor',
  'cose',
  'cms',
  'suit',
  'device',
  'scenarios',
  'attacks',
  'verifiers',
  'harness',
  'measure',
  'report',
  'trace',
  'cli',
];

const root = join(packageRoot(), 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .filter((name) => !name.endsWith('.test.ts') && !name.includes('fixtures'));

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports = files.flatMap((file): Import[] => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => {
    const name = match[1] as string;
    const to = name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name;
    return { from: file, to };
  });
});

const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] as string) : '');
const local = imports.filter(({ to }) => to.endsWith('.ts'));

const breaking = (rule: (one: Import) => boolean): string[] =>
  local.filter(rule).map(({ from, to }) => `${from} imports ${to}`);

describe('architecture', () => {
  it('sees the imports it judges', () => {
    expect(local.length).toBeGreaterThan(200);
  });

  it('imports downwards only', () => {
    const up = breaking(
      ({ from, to }) =>
        from !== 'api.ts' &&
        folderOf(to) !== '' &&
        layers.indexOf(folderOf(to)) > layers.indexOf(folderOf(from)),
    ).filter((line) => !line.startsWith('api.ts'));
    expect(up).toEqual([]);
  });

  it('keeps verifiers apart from scenarios and attacks', () => {
    const generating = ['scenarios', 'attacks'];
    expect(
      breaking(({ from, to }) => folderOf(from) === 'verifiers' && generating.includes(folderOf(to))),
    ).toEqual([]);
    expect(
      breaking(({ from, to }) => generating.includes(folderOf(from)) && folderOf(to) === 'verifiers'),
    ).toEqual([]);
  });

  it('keeps what makes envelopes out of verifiers', () => {
    const making = [
      'suit/build.ts',
      'suit/parts.ts',
      'suit/edit.ts',
      'cose/blocks.ts',
      'cose/sign.ts',
      'cms/build.ts',
    ];
    expect(breaking(({ from, to }) => folderOf(from) === 'verifiers' && making.includes(to))).toEqual([]);
  });

  it('imports each third-party package in one file', () => {
    const users = new Map<string, Set<string>>();
    for (const { from, to } of imports) {
      if (to.endsWith('.ts') || to.startsWith('node:') || to === 'fast-check') continue;
      const name = to
        .split('/')
        .slice(0, to.startsWith('@') ? 2 : 1)
        .join('/');
      users.set(name, (users.get(name) ?? new Set()).add(from));
    }
    expect(users.size).toBeGreaterThan(2);
    expect([...users].filter(([, by]) => by.size > 1)).toEqual([]);
  });
});
