import { describe, expect, it } from 'vitest';
import { listCatalogue } from '../attacks/catalogue.ts';
import { renderCatalogue } from './catalogue-markdown.ts';

describe('the catalogue as Markdown', () => {
  const listed = listCatalogue();
  const lines = renderCatalogue(listed);
  const cells = (text: string): readonly string[] =>
    text.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));

  it('has each attack once, in its family, with what it is about', () => {
    for (const { id, family, handle, threats, requirements } of listed) {
      const at = lines.findIndex((line) => line.includes(`| \`${id}\` |`));
      expect(lines.filter((line) => line.includes(`| \`${id}\` |`))).toHaveLength(1);
      expect(lines.slice(0, at).findLast((line) => line.startsWith('## '))).toBe(`## ${family}`);
      const row = cells(lines[at] as string);
      expect([row.length, row[0]]).toEqual([8, handle]);
      for (const about of [...threats, ...requirements])
        expect(row[6]).toContain(about.replaceAll('_', '&#95;'));
    }
  });

  it('says of what is not built why', () => {
    for (const { id, notYet, why } of listed) {
      const last = cells(lines.find((line) => line.includes(`| \`${id}\` |`)) as string).at(-1) as string;
      expect(last === 'yes').toBe(!notYet);
      if (why !== undefined) expect(last).toMatch(/^not yet: \S/);
    }
  });
});
