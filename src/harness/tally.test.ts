import { expect, it } from 'vitest';
import { countLacking, emptyTally, mostLacking, notClaimed } from './tally.ts';

it('names what the skipped cases lacked most', () => {
  const tally = emptyTally();
  countLacking(tally, 'a', `${notClaimed}algorithm -8; structure mac0`);
  countLacking(tally, 'a', `${notClaimed}algorithm -8`);
  countLacking(tally, 'b', `${notClaimed}level invoked`);
  countLacking(tally, 'b', 'nothing to judge');
  expect(mostLacking(tally, ['a'])).toContain('not claimed: algorithm -8 (2), structure mac0 (1): claim');
  expect(mostLacking(tally, ['a', 'b'])).toContain('level invoked (1)');
  expect(mostLacking(tally, ['c'])).toBe('');
});
