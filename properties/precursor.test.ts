import { claim } from './claim.ts';

claim('REQ.SEC.AUTH.PRECURSOR', 'applies an update only to the image that it is made for', {
  brokenBy: 'goes-on-after-a-failed-condition',
});
