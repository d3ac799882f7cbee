/**
 * What the benchmark's plots are made of: SVG elements as text, readable on light and dark pages.
 *
 * @module
 */
import { escapeText } from '../escape-text.ts';

/** Told apart by colour-blind readers too (Okabe and Ito). */
export const lineColours: readonly string[] = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
];

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  const start = `<${name}${list.join('')}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join('\n')}</${name}>`;
}

export function text(attributes: Attributes, content: string): string {
  return element('text', attributes, [escapeXml(content)]);
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Shown on top, and read to those who do not see it. */
  readonly title: string;
}

export function picture({ width, height, title }: Picture, content: readonly string[]): string {
  const style = { 'font-family': 'sans-serif', 'font-size': 11 };
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    ...style,
  };
  return `${element('svg', { ...root, role: 'img' }, [
    element('title', {}, [escapeXml(title)]),
    element('rect', { width, height, fill: 'white' }),
    text({ x: 12, y: 16, 'font-size': 13, 'font-weight': 'bold' }, title),
    ...content,
  ])}\n`;
}

/** The names in a row, each behind its colour. */
export function legend(
  names: readonly string[],
  { x, y }: { readonly x: number; readonly y: number },
  colours: readonly string[] = lineColours,
): string {
  let at = x;
  const parts = names.flatMap((name, i) => {
    const colour = colours[i % colours.length] ?? 'black';
    const here = at;
    at += 26 + 7 * name.length;
    return [
      element('rect', { x: here, y: y - 8, width: 10, height: 10, fill: colour }),
      text({ x: here + 14, y }, name),
    ];
  });
  return element('g', {}, parts);
}

/** What a page or a terminal would act on becomes visible too: names come from whoever wrote the report. */
function escapeXml(value: string): string {
  return escapeText(value).replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
