import { claim } from './claim.ts';

claim('REQ.SEC.SEQUENCE', 'refuses every manifest older than the one installed', {
  brokenBy: 'never-checks-sequence',
});
