/** Strict validation with places and codes. What it finds in a forbid is an error at run time: the forbid is skipped. */
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { strictErrors } from '../../validate-statement.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import type { CodedReport } from './agentcore.ts';
import { errorIndex } from './parse.ts';

const PREFIX = /^for policy `[^`]*`, /;
const IMPOSSIBLE = /policy is impossible|unable to find an applicable action/;

/** What a message of the validator comes to, first match first. */
function codeOf({ message }: DetailedError, effect: PolicyFile['effect']): string {
  if (/unrecognized action/.test(message)) return 'unknown_action';
  if (IMPOSSIBLE.test(message)) return 'never_matches';
  if (/unrecognized entity type/.test(message)) return 'schema';
  if (effect === 'forbid') return 'forbid_can_error';
  if (/unable to guarantee safety of access to tag/.test(message)) return 'unguarded_tag';
  if (/unable to guarantee safety of access to optional/.test(message)) return 'unguarded_field';
  return 'schema';
}

const sentence = (message: string): string => {
  const text = message.replace(PREFIX, '');
  return `Strict validation: ${text}.`;
};

function fixOf({ help }: DetailedError, code: string): string {
  if (help !== null) return `${help.replace(PREFIX, '').replace(/^./, (first) => first.toUpperCase())}.`;
  if (code === 'never_matches') return 'Look for a condition that no request of these tools can meet.';
  return 'Compare with the types in policies/schema.cedarschema.';
}

function reportsOf(file: PolicyFile, errors: readonly DetailedError[]): readonly CodedReport[] {
  const reports = errors.map((error) => {
    const code = codeOf(error, file.effect);
    return { code, at: errorIndex(file, error), message: sentence(error.message), fix: fixOf(error, code) };
  });
  // A policy that is wrong elsewhere is impossible for that reason.
  const serious = reports.filter(({ code }) => code !== 'never_matches');
  return serious.length > 0 ? serious : reports.slice(0, 1);
}

/**
 * Validates every policy of a folder.
 * @param schema - of the tools, as `cedarSchemaFor` writes it.
 */
export function validationReports(
  files: readonly PolicyFile[],
  schema: string,
): ReadonlyMap<PolicyFile, readonly CodedReport[]> {
  const statements = Object.fromEntries(files.map(({ name, statement }) => [name, statement]));
  const errors = strictErrors(statements, schema);
  return new Map(files.map((file) => [file, reportsOf(file, errors.get(file.name) ?? [])]));
}
