import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { helpExamples } from './help-examples.ts';

const main = join(import.meta.dirname, 'main.js');

async function helpOf(...name: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [main, ...name, '--help'])).stdout;
}

describe('help', () => {
  let commands: readonly string[];

  beforeAll(async () => {
    const namesIn = (help: string) =>
      [...(help.split('Commands:')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map(
        ([, name]) => name as string,
      );
    const top = namesIn(await helpOf()).filter((name) => name !== 'help' && name !== 'vectors');
    const below = namesIn(await helpOf('vectors')).filter((name) => name !== 'help');
    commands = [...top, ...below.map((name) => `vectors ${name}`)];
  });

  it('has examples for each command, and for no other', () => {
    expect(commands.length).toBeGreaterThan(15);
    expect(Object.keys(helpExamples).sort()).toEqual([...commands].sort());
  });

  it.each(Object.entries(helpExamples))(
    '%s: shows them, with options that it has',
    async (name, examples) => {
      const help = await helpOf(...name.split(' '));
      const before = help.split('Examples:')[0] ?? '';
      for (const [line] of examples) {
        expect(help).toContain(line);
        expect(line.startsWith(`gauntlet ${name}`)).toBe(true);
        for (const [, flag] of line.matchAll(/ (--?[a-z][a-z-]*)/g)) expect(before).toContain(`${flag}`);
      }
    },
  );
});
