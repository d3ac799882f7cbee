import { claim } from './claim.ts';

claim('REQ.SEC.ACCESS_CONTROL', 'lets a key do what it has a right to, and nothing else', {
  brokenBy: 'ignores-rights',
});
