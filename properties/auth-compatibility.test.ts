import { claim } from './claim.ts';

claim('REQ.SEC.AUTH.COMPATIBILITY', 'trusts no statement of compatibility that is not signed', {
  brokenBy: 'ignores-the-vendor',
});
