/** Policies and roles of the workbench's tests. */
import {
  type PolicyFile,
  parsePolicyFile,
  WORKBENCH_GATEWAY,
} from '../../../src/workbench/model/policy-file.ts';
import type { Role } from '../../../src/workbench/model/role.ts';

const GATEWAYS = WORKBENCH_GATEWAY.slice(0, WORKBENCH_GATEWAY.lastIndexOf('/') + 1);

/** One policy about one tool: `<effect>(<who>, <tool>, <gateway>) <rest>;` */
export function policy(
  name: string,
  effect: 'permit' | 'forbid',
  toolName: string,
  rest = '',
  who = 'principal is AgentCore::OAuthUser',
  gateway?: string,
): PolicyFile {
  const where = gateway === undefined ? '{{gateway}}' : `${GATEWAYS}${gateway}`;
  const action = `action == AgentCore::Action::"${toolName}"`;
  const text = `${effect}(${who}, ${action}, resource == AgentCore::Gateway::"${where}") ${rest};`;
  const parsed = parsePolicyFile({ name, text });
  if (!parsed.ok) throw new Error(`${name}: ${parsed.error}`);
  return parsed.value;
}

/** A role whose `sub` is its name. */
export const role = (name: string, claims: Readonly<Record<string, unknown>>): Role => ({
  name,
  kind: 'person',
  title: name,
  subject: { sub: name, claims: { sub: name, ...claims } },
});
