import { claim } from './claim.ts';

claim('REQ.SEC.COMPATIBLE', 'installs only what is meant for this device', {
  brokenBy: 'ignores-the-vendor',
});
