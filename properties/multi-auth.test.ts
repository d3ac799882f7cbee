import { claim } from './claim.ts';

claim('REQ.USE.MFST.MULTI_AUTH', 'tells several authorities from one', {
  brokenBy: 'counts-blocks-not-authorities',
});
