/**
 * The types of parameters, and where they may be set (draft §8.4.8, appendix A).
 *
 * @module
 */

import { type ParameterType, parameterKey, suitTag } from '../../suit/registry.ts';
import { typeOf } from './commands.ts';
import { isOffered, readDigest } from './digest.ts';
import { field, type Run, refuse } from './run.ts';
import { runsIn, type Section } from './sections.ts';
import { enter, followsKey, goTo, isDefinite, isMajor, major, nextHead, open, skipItem } from './walk.ts';

const uuidBytes = 16;
const simpleFalse = 20;
const simpleTrue = 21;

/** Where an override-parameters stands: in a section itself, or inside a try-each or run-sequence. */
export type Place = 'section' | 'nested';

/** Reads the map of override-parameters that stands next; the parser stands after it. */
export function checkParameters(run: Run, section: Section, place: Place): boolean {
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
    const isFine = parser.major === major.nint ? checkCustom(run, section) : checkKnown(run, section, place);
    if (!isFine) return false;
  }
  return true;
}

/** The key is the head read last. */
function checkKnown(run: Run, section: Section, place: Place): boolean {
  const { parser } = run;
  const key = parser.argumentHigh === 0 ? parser.argumentLow : -1;
  const type = typeOf(key);
  if (type === undefined) return refuse(run, 'param-unsupported');
  if (runsIn(run, section) && !run.recipient.capabilities.parameters.includes(key)) {
    return refuse(run, 'param-unsupported');
  }
  // draft §8.4.8.15: setting it outside try-each and run-sequence causes an Abort.
  if (key === parameterKey.softFailure && place === 'section') return refuse(run, 'param-forbidden');
  return nextHead(run) && checkType(run, type, section, place);
}

/** draft §8.4.8.16: not in the shared sequence; elsewhere only where the recipient has it. */
function checkCustom(run: Run, section: Section): boolean {
  const { argumentHigh, argumentLow } = run.parser;
  if (section === field.shared) return refuse(run, 'command-forbidden');
  const key = argumentHigh === 0 ? -1 - argumentLow : 0;
  if (!run.recipient.capabilities.parameters.includes(key)) return refuse(run, 'param-unsupported');
  return skipItem(run);
}

/** The value's head was read last; afterwards the parser stands after the value. */
function checkType(run: Run, type: ParameterType, section: Section, place: Place): boolean {
  const { parser } = run;
  switch (type) {
    case 'uuid':
      return checkUuid(run);
    case 'vendor':
      return parser.major === major.tag ? checkPen(run) : checkUuid(run);
    case 'digest':
      return checkDigest(run, section, place);
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

/** Whether the recipient has the algorithm counts where the digest is sure to be used: not in a branch. */
function checkDigest(run: Run, section: Section, place: Place): boolean {
  const { parser } = run;
  if (!isDefinite(run, major.bstr, 'param-type')) return false;
  const { contentStart, contentEnd } = parser;
  if (!enter(run, 'param-type')) return false;
  const algorithm = readDigest(run, contentStart);
  if (algorithm === undefined) return false;
  const isUsed = place === 'section' && runsIn(run, section);
  if (isUsed && !isOffered(run, algorithm)) return refuse(run, 'digest-alg-unsupported');
  goTo(run, contentEnd);
  return true;
}
