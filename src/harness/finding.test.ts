import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.ts';
import { type CaseFile, caseFromFile, seenOutcome } from './finding.ts';

describe('a stored case', () => {
  it('of an older version has one digest algorithm for every place of its plan', () => {
    const text = readFileSync(join(packageRoot(), 'corpus', 'cases', 'cose.sig.flip.json'), 'utf8');
    const file = JSON.parse(text) as CaseFile;
    const { wrapperDigest: _wrapper, severedDigest: _severed, ...older } = file.plan ?? { digest: 0 };
    const read = caseFromFile({ ...file, plan: { ...older, digest: -44 } }, 'older');
    expect(read.plan).toMatchObject({ digest: -44, wrapperDigest: -44, severedDigest: -44 });
  });
});

describe('an outcome as a report tells it', () => {
  it('has what was answered, and of the verifier’s texts only the beginning', () => {
    const effects = [
      { kind: 'authenticated' },
      { kind: 'fetch', uri: `coap://${'x'.repeat(999)}` },
      ...Array.from({ length: 99 }, () => ({ kind: 'write', component: 1 }) as const),
    ] as const;
    const seen = seenOutcome({ kind: 'rejected', stage: 'digest', detail: 'y'.repeat(9999), effects });
    expect(seen).toMatchObject({ kind: 'rejected', stage: 'digest', detail: 'y'.repeat(500) });
    expect(seen.effects).toHaveLength(50);
    expect(seen.effects?.[1]).toHaveLength('fetch '.length + 200);
    expect(seen.effects?.[2]).toBe('write component 1');
    expect(seenOutcome({ kind: 'crashed', error: 'boom' })).toEqual({ kind: 'crashed', detail: 'boom' });
  });
});
