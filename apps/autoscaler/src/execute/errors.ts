/** A committed plan that must not be carried out as things are by now. */
export class PlanRefusedError extends Error {
  readonly code = 'plan-refused';

  constructor(region: string, detail: string) {
    super(`The plan for ${region} is not carried out: ${detail}. Nothing to do: the next plan heeds it`);
    this.name = 'PlanRefusedError';
  }
}
