import { claim } from './claim.ts';

claim('REQ.SEC.AUTH.IMG_LOC', 'touches only the components that are named', {
  brokenBy: 'needs-no-index',
});
