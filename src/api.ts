/**
 * What the package exports: the types a verifier in TypeScript is written against, and the data they speak of.
 *
 * @module
 */

export type { CoseKey } from './cose/key.ts';
export type { Accepted, Cost, Decision, Effect, Rejected, ReportedState } from './device/decision.ts';
export type { Delivery, DeliveryEvent, Level, Payload } from './device/delivery.ts';
export type { Outcome } from './device/outcome.ts';
export type {
  AssumedContent,
  AuthorityPolicy,
  Capabilities,
  Clock,
  Component,
  Content,
  Recipient,
  RecipientState,
  Role,
  TrustAnchor,
} from './device/recipient.ts';
export { type Reason, reasons, type Stage, stages } from './suit/stage.ts';
export type { Claims, Session, Verifier } from './verifiers/verifier.ts';
