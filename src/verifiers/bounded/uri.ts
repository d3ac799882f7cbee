/**
 * URIs in place: may the recipient ask for this one (RFC 3986 §2, §3.1)?
 *
 * @module
 */

const ascii = (text: string): ReadonlySet<number> => new Set(new TextEncoder().encode(text));

const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letter = ascii(letters);
const inScheme = ascii(`${letters}${digits}+-.`);
const inUri = ascii(`${letters}${digits}-._~:/?#[]@!$&'()*+,;=`);
const hexDigit = ascii(`${digits}abcdefABCDEF`);
const colon = 0x3a;
const percent = 0x25;
const lowerCase = 0x20;

/** Is it a URI with one of the schemes (their letters in lower case)? */
export function hasScheme(
  bytes: Uint8Array,
  start: number,
  end: number,
  schemes: readonly string[],
): boolean {
  const schemeEnd = endOfScheme(bytes, start, end);
  if (schemeEnd < 0 || !isOfUri(bytes, schemeEnd + 1, end)) return false;
  return schemes.some((scheme) => isScheme(bytes, start, schemeEnd, scheme));
}

/** Where the colon after the scheme is; -1: it does not begin with one. */
function endOfScheme(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || !letter.has(bytes[start]!)) return -1;
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] === colon) return at;
    if (!inScheme.has(bytes[at]!)) return -1;
  }
  return -1;
}

function isOfUri(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (inUri.has(bytes[at]!)) continue;
    const isEscape = bytes[at] === percent && at + 2 < end;
    if (!isEscape || !hexDigit.has(bytes[at + 1]!) || !hexDigit.has(bytes[at + 2]!)) return false;
    at += 2;
  }
  return true;
}

/** Letters count the same in either case. */
function isScheme(bytes: Uint8Array, start: number, end: number, scheme: string): boolean {
  if (end - start !== scheme.length) return false;
  for (let i = 0; i < scheme.length; i++) {
    const byte = bytes[start + i]!;
    if ((letter.has(byte) ? byte | lowerCase : byte) !== scheme.charCodeAt(i)) return false;
  }
  return true;
}

/** Are these the characters of a text of ASCII alone? */
export function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
