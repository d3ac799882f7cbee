import { claim } from './claim.ts';

claim('REQ.SEC.AUTH.EXEC', 'invokes only images that match their digest', {
  brokenBy: 'every-image-matches',
});
