/**
 * From an unknown value to a decision. The result is built anew, so it holds the known fields and nothing else.
 *
 * @module
 */
import type { Cost, Decision, Effect, ReportedState } from '../../device/decision.ts';
import { levels } from '../../device/delivery.ts';
import type { AssumedContent, Content, RecipientState } from '../../device/recipient.ts';
import { type Reason, reasons, stages } from '../../suit/stage.ts';
import { capText } from './cap-text.ts';
import {
  asBytes,
  asCount,
  asInteger,
  asList,
  asMember,
  asObject,
  asText,
  asUint64,
  type Checked,
  check,
  type Fields,
  optional,
  wrong,
} from './check-value.ts';

/** A verifier may also say, at run time, that it lacks a named feature. */
export type Answer = Decision | { readonly kind: 'unsupported'; readonly feature: string };

/** Ceilings of what a decision may hold, far above what an honest one needs. */
const limits = { effects: 10_000, components: 4_096, slots: 256, uri: 8_192, feature: 200 } as const;

export function validateDecision(value: unknown): Checked<Answer> {
  return check(() => answer(value));
}

function answer(value: unknown): Answer {
  const fields = asObject(value, 'decision');
  const kind = asMember(fields.kind, 'kind', ['accepted', 'rejected', 'interrupted', 'unsupported']);
  if (kind === 'unsupported') return { kind, feature: asText(fields.feature, 'feature', limits.feature) };
  if (kind === 'interrupted') {
    return {
      kind,
      storageSteps: asCount(fields.storageSteps, 'storageSteps'),
      ...optional(fields, 'effects', '', effectList),
      ...optional(fields, 'cost', '', cost),
    };
  }
  const rest = {
    ...optional(fields, 'state', '', reportedState),
    ...optional(fields, 'effects', '', effectList),
    ...optional(fields, 'cost', '', cost),
  };
  if (kind === 'accepted') return { kind, level: asMember(fields.level, 'level', levels), ...rest };
  return { kind, ...stageAndReason(fields), ...optional(fields, 'detail', '', detail), ...rest };
}

const reasonNames = Object.keys(reasons) as Reason[];

function stageAndReason(fields: Fields) {
  const named = {
    ...optional(fields, 'stage', '', (v, f) =>
      stages.includes(v as never) ? asMember(v, f, stages) : unlisted(f, v),
    ),
    ...optional(fields, 'reason', '', (v, f) =>
      typeof v === 'string' && Object.hasOwn(reasons, v) ? (v as Reason) : unlisted(f, v),
    ),
  };
  if (
    named.stage !== undefined &&
    named.reason !== undefined &&
    reasons[named.reason].stage !== named.stage
  ) {
    wrong('reason', `a reason of stage ${named.stage}`, named.reason);
  }
  return named;
}

function unlisted(field: string, value: unknown): never {
  const known = field === 'stage' ? stages.length : reasonNames.length;
  return wrong(field, `one of the ${known} listed in docs/harness-protocol.md`, value);
}

/** Too long a detail is cut, not refused: it is for people only. */
function detail(value: unknown, field: string): string {
  return typeof value === 'string' ? capText(value) : wrong(field, 'a text', value);
}

function reportedState(value: unknown, field: string): ReportedState {
  const fields = asObject(value, field);
  const inside = `${field}.`;
  return {
    ...optional(fields, 'sequenceNumber', inside, asUint64),
    ...optional(fields, 'components', inside, (list, f) =>
      asList(list, f, limits.components).map((one, i) =>
        one === null ? null : currentContent(one, `${f}[${i}]`),
      ),
    ),
    ...optional(fields, 'full', inside, fullState),
  };
}

function currentContent(
  value: unknown,
  field: string,
): { readonly sha256: Uint8Array; readonly size: bigint } {
  const fields = asObject(value, field);
  const sha256 = asBytes(fields.sha256, `${field}.sha256`);
  if (sha256.length !== 32) wrong(`${field}.sha256`, '32 bytes', sha256);
  return { sha256, size: asUint64(fields.size, `${field}.size`) };
}

function fullState(value: unknown, field: string): RecipientState {
  const fields = asObject(value, field);
  const inside = `${field}.`;
  return {
    ...optional(fields, 'sequenceNumber', inside, asUint64),
    ...optional(fields, 'installed', inside, asBytes),
    contents: asList(fields.contents, `${inside}contents`, limits.components).map((slots, i) =>
      asList(slots, `${inside}contents[${i}]`, limits.slots).map((slot, j) =>
        content(slot, `${inside}contents[${i}][${j}]`),
      ),
    ),
  };
}

function content(value: unknown, field: string): Content {
  const fields = asObject(value, field);
  const kind = asMember(fields.kind, `${field}.kind`, ['empty', 'bytes', 'assumed']);
  if (kind === 'empty') return { kind };
  if (kind === 'bytes') return { kind, bytes: asBytes(fields.bytes, `${field}.bytes`) };
  return assumed(fields, field);
}

function assumed(fields: Fields, field: string): AssumedContent {
  const digest = asObject(fields.digest, `${field}.digest`);
  return {
    kind: 'assumed',
    digest: {
      algorithm: asInteger(digest.algorithm, `${field}.digest.algorithm`),
      bytes: asBytes(digest.bytes, `${field}.digest.bytes`),
    },
    ...optional(fields, 'size', `${field}.`, asUint64),
  };
}

const effectKinds = ['authenticated', 'fetch', 'write', 'erase', 'copy', 'swap', 'invoke', 'commit'] as const;

function effectList(value: unknown, field: string): readonly Effect[] {
  return asList(value, field, limits.effects).map((one, i) => effect(one, `${field}[${i}]`));
}

function effect(value: unknown, field: string): Effect {
  const fields = asObject(value, field);
  const inside = `${field}.`;
  const kind = asMember(fields.kind, `${inside}kind`, effectKinds);
  switch (kind) {
    case 'authenticated':
      return { kind };
    case 'fetch':
      return {
        kind,
        uri: asText(fields.uri, `${inside}uri`, limits.uri),
        ...optional(fields, 'component', inside, asInteger),
      };
    case 'commit':
      return { kind, sequenceNumber: asUint64(fields.sequenceNumber, `${inside}sequenceNumber`) };
    case 'invoke':
      return {
        kind,
        component: asInteger(fields.component, `${inside}component`),
        ...optional(fields, 'arguments', inside, asBytes),
      };
    default:
      return { kind, component: asInteger(fields.component, `${inside}component`) };
  }
}

function cost(value: unknown, field: string): Cost {
  const fields = asObject(value, field);
  const inside = `${field}.`;
  return {
    ...optional(fields, 'highWaterBytes', inside, asCount),
    ...optional(fields, 'stackBytes', inside, asCount),
    ...optional(fields, 'heapBytes', inside, asCount),
    ...optional(fields, 'staticBytes', inside, asCount),
    ...optional(fields, 'steps', inside, asCount),
    ...optional(fields, 'wantedBytes', inside, asCount),
  };
}
