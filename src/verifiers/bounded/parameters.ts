/**
 * The types of parameters, and where they may be set (draft §8.4.8, appendix A).
 *
 * @module
 */

import { type ParameterType, suitTag } from '../../suit/registry.ts';
import { typeOf } from './commands.ts';
import { readDigest } from './digest.ts';
import { field, type Run, refuse } from './run.ts';
import type { Section } from './sections.ts';
import { enter, followsKey, goTo, isDefinite, isMajor, major, nextHead, open, skipItem } from './walk.ts';

const uuidBytes = 16;
const simpleFalse = 20;
const simpleTrue = 21;

/** Reads the map of override-parameters that stands next; the parser stands after it. */
export function checkParameters(run: Run, section: Section): boolean {
  const count = open(run, major.map, 'command-malformed');
  if (count < 0) return false;
  if (count === 0) return refuse(run, 'command-malformed');
  let previous = 0;
  let previousEnd = 0;
  for (let i = 0; i < count; i++) {
    if (!nextHead(run)) return false;
    const { parser } = run;
    if (parser.major !== major.nint && !isMajor(run, major.uint, 'param-type')) return false;
    if (!followsKey(run, previous, previousEnd)) return false;
    previous = parser.headStart;
    previousEnd = parser.contentEnd;
    const isFine = parser.major === major.nint ? checkCustom(run, section) : checkKnown(run);
    if (!isFine) return false;
  }
  return true;
}

/** The key is the head read last. Whether the recipient has it is asked where it is set (draft §6.1). */
function checkKnown(run: Run): boolean {
  const { parser } = run;
  const type = typeOf(parser.argumentHigh === 0 ? parser.argumentLow : -1);
  return type === undefined ? skipItem(run) : nextHead(run) && checkType(run, type);
}

/** draft §8.4.8.16: not in the shared sequence. */
function checkCustom(run: Run, section: Section): boolean {
  return section === field.shared ? refuse(run, 'command-forbidden') : skipItem(run);
}

/** The value's head was read last; afterwards the parser stands after the value. */
function checkType(run: Run, type: ParameterType): boolean {
  const { parser } = run;
  switch (type) {
    case 'uuid':
      return checkUuid(run);
    case 'vendor':
      return parser.major === major.tag ? checkPen(run) : checkUuid(run);
    case 'digest':
      return checkDigest(run);
    case 'uint':
      return isMajor(run, major.uint, 'param-type');
    case 'bool':
      return (
        (parser.major === major.simple && (parser.info === simpleFalse || parser.info === simpleTrue)) ||
        refuse(run, 'param-type')
      );
    case 'bytes':
      return isDefinite(run, major.bstr, 'param-type');
    case 'text':
      return isDefinite(run, major.tstr, 'param-type');
  }
}

function checkUuid(run: Run): boolean {
  if (!isDefinite(run, major.bstr, 'param-type')) return false;
  const { contentStart, contentEnd } = run.parser;
  return contentEnd - contentStart === uuidBytes || refuse(run, 'param-type');
}

/** draft §8.4.8.3: a private enterprise number, tag 112. */
function checkPen(run: Run): boolean {
  const { parser } = run;
  const isPen = parser.argumentHigh === 0 && parser.argumentLow === suitTag.pen;
  if (!isPen) return refuse(run, 'param-type');
  if (!nextHead(run) || !isDefinite(run, major.bstr, 'param-type')) return false;
  return parser.contentEnd > parser.contentStart || refuse(run, 'param-type');
}

function checkDigest(run: Run): boolean {
  const { parser } = run;
  if (!isDefinite(run, major.bstr, 'param-type')) return false;
  const { contentStart, contentEnd } = parser;
  if (!enter(run, 'param-type') || readDigest(run, contentStart) === undefined) return false;
  goTo(run, contentEnd);
  return true;
}
