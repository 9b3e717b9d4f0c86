/** Why no assembly was written: closed codes, each message one sentence that names the file and the next step. */
export const SYNTHESIS_ERROR_CODES = [
  'stage_invalid',
  'environment_invalid',
  'configuration_invalid',
  'rollout_invalid',
  'catalogue_invalid',
  'specification_invalid',
  'policy_invalid',
  'bundle_failed',
  'rule_broken',
] as const;
export type SynthesisErrorCode = (typeof SYNTHESIS_ERROR_CODES)[number];

/** Thrown by {@link synthesize} for what a person can correct. Anything else that it throws is a defect. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
  readonly code: SynthesisErrorCode;

  constructor(code: SynthesisErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
