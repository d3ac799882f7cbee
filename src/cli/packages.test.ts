import { describe, expect, it } from 'vitest';
import { packageAttacks } from '../attacks/firmware-package.ts';
import { chosenAttacks } from './chosen-attacks.ts';
import { runCompare } from './compare.ts';
import { runDoctor } from './doctor.ts';
import { demandEnvelopes, takePackages } from './packages.ts';
import { planOf } from './run-plan.ts';

const options = { verifier: ['library:cms'], seed: 1, runs: 2, stored: true };

describe('a verifier of firmware packages', () => {
  it('is given the attacks that carry over, and what it is not given is said', () => {
    const { header, sequence } = planOf(options);
    expect(sequence.attacks.map(({ id }) => id).sort()).toEqual(packageAttacks.map(({ id }) => id).sort());
    expect([sequence.stored, header.planned]).toEqual([[], 2 * packageAttacks.length]);
    expect(header.notes.join()).toContain('on SUIT envelopes, which are not claimed, and were not delivered');
    // What a merge of shards goes by.
    expect(chosenAttacks(header.choice)).toEqual(packageAttacks);
    const named = planOf({ ...options, only: ['rollback', 'T08'] });
    expect(named.sequence.attacks.map(({ handle }) => handle).sort()).toEqual(['T07', 'T08']);
  });

  it('is run by itself, and on packages only', () => {
    const both = { ...options, verifier: ['library:cms', 'reference'] };
    expect(() => planOf(both)).toThrow('run it by itself');
    expect(() => planOf({ ...options, valid: true })).toThrow('takes none');
    expect(() => planOf({ ...options, pairs: 2 })).toThrow('takes none');
    expect(() => planOf({ ...options, only: ['E01'] })).toThrow('E01');
    expect(takePackages(['reference'])).toBeUndefined();
  });

  it('is named where a command delivers envelopes alone', async () => {
    expect(() => demandEnvelopes('fuzz', ['reference'])).not.toThrow();
    expect(() => demandEnvelopes('fuzz', ['reference', 'library:cms'])).toThrow(
      'fuzz delivers SUIT envelopes',
    );
    const more = { deadline: 2000, memory: 256, format: 'text' as const };
    await expect(runDoctor('library:cms', { ...more, seed: 1, time: 1 })).rejects.toThrow(
      'firmware packages',
    );
    const verifier = ['library:cms', 'reference'];
    await expect(runCompare([], { ...more, verifier })).rejects.toThrow('firmware packages');
  });

  it('leaves the runs of all others as they were', () => {
    const { sequence } = planOf({ ...options, verifier: ['reference'] });
    expect(sequence.attacks.some(({ group }) => group === 'T')).toBe(false);
    expect(chosenAttacks({ only: ['rollback'] }).some(({ group }) => group === 'T')).toBe(false);
    // A verifier of somebody else's may claim them.
    expect(chosenAttacks({ only: ['T'] })).toEqual(packageAttacks);
  });
});
