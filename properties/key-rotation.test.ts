import { claim } from './claim.ts';

claim('REQ.SEC.KEY.ROTATION', 'refuses keys that are no longer trusted', {
  brokenBy: 'verifies-and-ignores-the-result',
});
