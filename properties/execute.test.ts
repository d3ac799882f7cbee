import { claim } from './claim.ts';

claim('REQ.USE.EXEC', 'invokes only after the conditions of the manifest', {
  brokenBy: 'invokes-without-validation',
  rounds: 8,
});
