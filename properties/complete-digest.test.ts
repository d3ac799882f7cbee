import { claim } from './claim.ts';

claim('REQ.SEC.IMG.COMPLETE_DIGEST', 'takes nothing that the digest does not cover for a part of the image', {
  rounds: 40,
  brokenBy: 'hashes-image-size-bytes-only',
});
