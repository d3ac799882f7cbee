/**
 * One verifier's turns: when each case of the sequence is delivered to it, and when it is given up.
 *
 * @module
 */
import type { Host } from '../verifiers/host.ts';
import type { Case } from './case.ts';
import { type DeadControls, givenUp } from './dead-controls.ts';
import { type CaseRuling, ControlCache, isUnchanged, tryCase } from './trial.ts';

export interface TurnOptions {
  /** Did an earlier process record the ruling of this case's control? */
  isRecorded(one: Case): boolean;
  /** A case begins where the one before it left the device. */
  readonly oneByOne: boolean;
}

/**
 * Cases are under way together as long as the controls live; one at a time until a first has answered, and after a
 * dead one. Controls are counted in the sequence's order: where a verifier is given up hangs on nothing else.
 */
export class Turns {
  private readonly host: Host;
  private readonly deadControls: DeadControls;
  private readonly options: TurnOptions;
  private readonly controls = new ControlCache();
  private begun: Promise<unknown> = Promise.resolve();
  private ruled: Promise<unknown> = Promise.resolve();

  constructor(host: Host, deadControls: DeadControls, options: TurnOptions) {
    this.host = host;
    this.deadControls = deadControls;
    this.options = options;
  }

  /** Asked in the sequence's order, and answered in it. */
  rule(one: Case): Promise<CaseRuling> {
    const { begun, ruled } = this;
    let begin: () => void = () => {};
    this.begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const found = this.tryInTurn(one, { begun, ruled, begin });
    const answer = Promise.all([found, ruled]).then(([ruling]) => this.settle(one, ruling));
    // Whoever waits for it is told; nobody may.
    answer.catch(() => {});
    this.ruled = answer;
    return answer;
  }

  private async tryInTurn(
    one: Case,
    turn: { readonly begun: Promise<unknown>; readonly ruled: Promise<unknown>; readonly begin: () => void },
  ): Promise<CaseRuling> {
    await turn.begun;
    try {
      if (this.options.oneByOne || !this.deadControls.lives(this.host.spec)) await turn.ruled;
    } finally {
      turn.begin();
    }
    if (this.deadControls.isStopped(this.host.spec)) return { ruling: givenUp };
    return tryCase(this.host, one, this.controls);
  }

  private settle(one: Case, found: CaseRuling): CaseRuling {
    const { spec } = this.host;
    if (this.deadControls.isStopped(spec)) return { ruling: givenUp };
    if (found.control && this.options.isRecorded(one)) return { ruling: found.ruling };
    const control = found.control ?? (isUnchanged(one) ? found.ruling : undefined);
    if (control !== undefined) this.deadControls.count(spec, control);
    return found;
  }
}
