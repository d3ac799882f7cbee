import { claim } from './claim.ts';

claim('REQ.USE.MFST.OVERRIDE_REMOTE', 'installs nothing but the image, wherever it is found', {
  brokenBy: 'every-image-matches',
});
