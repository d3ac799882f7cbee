import { claim } from './claim.ts';

claim('REQ.USE.MFST.PRE_CHECK', 'does nothing on a recipient whose checks do not hold', {
  brokenBy: 'goes-on-after-a-failed-condition',
});
