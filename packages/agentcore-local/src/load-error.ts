/** Why an assembly cannot be run, in one sentence that names the resource and the next step. */
export const LOAD_ERROR_CODES = [
  'assembly_missing',
  'assembly_invalid',
  'resource_type_unknown',
  'reference_unresolved',
  'function_unsupported',
  'asset_missing',
  'property_invalid',
  'state_invalid',
  'port_taken',
  'behaviour_invalid',
] as const;
export type LoadErrorCode = (typeof LOAD_ERROR_CODES)[number];

export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code: LoadErrorCode;

  constructor(code: LoadErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
