import { claim } from './claim.ts';

claim('REQ.SEC.RIGHTS', 'asks for every authority that the policy names', {
  brokenBy: 'one-authority-satisfies-any-policy',
});
