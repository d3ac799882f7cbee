import { claim } from './claim.ts';

claim('REQ.SEC.KEY.ROTATION', 'refuses keys that are no longer trusted', {
  brokenBy: 'counts-every-signature',
});
