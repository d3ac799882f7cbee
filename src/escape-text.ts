/**
 * Foreign text made safe to show: control characters, escape sequences and bidirectional controls become visible.
 *
 * @module
 */

/** Replaces each character that a terminal or a page would act on by its `\u{…}` form; line feeds and tabs too. */
export function escapeText(text: string): string {
  return text.replace(acting, (character) => {
    const short = shortForms[character];
    return short ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

const shortForms: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

// Cc: C0, DEL and C1 controls. Cf: bidirectional controls, zero-width and invisible characters, tags.
// Zl, Zp: separators that end a line. Cs: lone surrogates. The backslash, so that the result is unambiguous.
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\]/gu;
