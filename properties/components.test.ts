import { claim } from './claim.ts';

claim('REQ.USE.MFST.COMPONENT', 'acts on the components that it has, and on all of a set', {
  brokenBy: 'never-counts-components',
});
