import { claim } from './claim.ts';

claim('REQ.SEC.AUTH.REMOTE_LOC', 'fetches only from where an authority has named', {
  brokenBy: 'fetches-before-authentication',
});
