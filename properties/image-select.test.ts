import { claim } from './claim.ts';

claim('REQ.USE.IMG.SELECT', 'selects only an image that it checks', {
  brokenBy: 'exhausted-try-each-succeeds',
});
