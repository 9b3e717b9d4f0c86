/** A policy file as an operation brings it to a gateway. */
import { renderStatement } from '@secure-agent/policy';
import { type PolicySource, parsePolicyFile } from '@secure-agent/policy/workbench';
import { OperationError } from '../operation-error.ts';

export type FolderPolicy = PolicySource & {
  readonly effect: 'permit' | 'forbid';
  /** The header's `// Intent:` line. */
  readonly description: string | undefined;
  /** The text for one gateway, without white space around it: the construct library sends it so, too. */
  readonly statement: string;
  readonly validationMode: ValidationMode;
};

type ValidationMode = 'FAIL_ON_ANY_FINDINGS' | 'IGNORE_ALL_FINDINGS';

/** How the service analyses a policy, by effect: as the stack has it, and for the reasons that it gives. */
const VALIDATION = { permit: 'FAIL_ON_ANY_FINDINGS', forbid: 'IGNORE_ALL_FINDINGS' } as const;

/** The header's `// Validation:` line; without one, what the effect has. */
function validationOf(text: string, effect: FolderPolicy['effect']): ValidationMode {
  const said = /^\/\/ Validation: (?:FAIL_ON_ANY|IGNORE_ALL)_FINDINGS\b/m.exec(text)?.[0];
  if (said === undefined) return VALIDATION[effect];
  return said.includes('IGNORE_ALL') ? 'IGNORE_ALL_FINDINGS' : 'FAIL_ON_ANY_FINDINGS';
}

/**
 * Renders a folder's files for a gateway.
 * @throws OperationError `policy_failed` for a file that is no policy: nothing is sent of a folder with one.
 */
export const folderPolicies = (files: readonly PolicySource[], gatewayArn: string): readonly FolderPolicy[] =>
  files.map((file) => {
    const parsed = parsePolicyFile(file);
    if (!parsed.ok) throw new OperationError('policy_failed', `policies/${file.name}.cedar: ${parsed.error}`);
    const { effect } = parsed.value;
    return {
      ...file,
      effect,
      validationMode: validationOf(file.text, effect),
      description: /^\/\/ Intent: (.+)$/m.exec(file.text)?.[1],
      statement: renderStatement(file.text, gatewayArn).trim(),
    };
  });
