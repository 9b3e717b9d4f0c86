/** What policies are judged with: the tools and the roles of the one configuration. */
import { loadConfiguration, loadTargets, policyTools } from '@secure-agent/infra';
import type { PolicyTool } from '@secure-agent/policy';
import { type Role, rolesOf } from '@secure-agent/policy/workbench';
import { UsageError } from '../command.ts';

type Inputs = { readonly tools: readonly PolicyTool[]; readonly roles: readonly Role[] };

/** @throws SynthesisError `configuration_invalid`, `specification_invalid`. */
export function loadInputs(): Inputs {
  const configuration = loadConfiguration();
  return { tools: policyTools(loadTargets(configuration)), roles: rolesOf(configuration) };
}

const MOST = 1_000_000;

/** `--limit`: most requests of one tool. @throws UsageError */
export function limitOf(text: string | undefined): { readonly limit?: number } {
  if (text === undefined) return {};
  const limit = Number(text);
  if (/^[1-9][0-9]*$/.test(text) && limit <= MOST) return { limit };
  throw new UsageError(`--limit is a whole number from 1 to ${MOST}.`);
}
