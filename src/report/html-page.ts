/**
 * The frame of a self-contained page: no network, and no style or script but our own.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { pageStyle } from './html-style.ts';
import { type Html, html, trusted } from './html-template.ts';

export interface PageFrame {
  readonly title: string;
  readonly body: Html;
  /** From a constant; absent: the page has none. */
  readonly script?: string;
}

/** Only our own style and script, named by their digests, may act: whatever else came into the page would be dead. */
export function htmlPage({ title, body, script }: PageFrame): string {
  const scripts = script === undefined ? "'none'" : digest(script);
  const policy = `default-src 'none'; style-src ${digest(pageStyle)}; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the figures</a>
${body}
${script === undefined ? undefined : html`<script>${trusted(script)}</script>\n`}</body>
</html>
`.markup;
}

function digest(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
