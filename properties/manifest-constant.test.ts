import { claim } from './claim.ts';

claim('REQ.SEC.MFST.CONST', 'runs the manifest that was authenticated, whatever becomes of its storage', {
  brokenBy: 'trusts-its-storage',
});
