/** AgentCore's own entity types and groups, as its schema names them (devguide policy-scope, policy-schema-constraints). */
import { decodeToolName } from '@secure-agent/contracts';
import { PolicyError } from './policy-error.ts';

export const NAMESPACE = 'AgentCore';
export const USER = `${NAMESPACE}::OAuthUser`;
export const IAM_ENTITY = `${NAMESPACE}::IamEntity`;
export const GATEWAY = `${NAMESPACE}::Gateway`;
export const ACTION = `${NAMESPACE}::Action`;

/** Every tool is in its target's group, that in `CallTool`, that in `Mcp`. */
export const CALL_TOOL = 'CallTool';
export const MCP = 'Mcp';

export type Uid = { readonly type: string; readonly id: string };

export const actionUid = (id: string): Uid => ({ type: ACTION, id });

/**
 * The target of a listed tool name.
 * @throws PolicyError `tool_unsupported` for a name that is no `Target___tool`, or whose target would be one of
 * AgentCore's own groups: a policy on the group would then mean two things.
 */
export function targetOf(toolName: string): string {
  const decoded = decodeToolName(toolName);
  if (!decoded.ok) {
    throw new PolicyError('tool_unsupported', `tool ${JSON.stringify(toolName)}: ${decoded.error}`);
  }
  const { target } = decoded.value;
  if (target === CALL_TOOL || target === MCP) {
    throw new PolicyError('tool_unsupported', `target "${target}" has the name of an AgentCore action group`);
  }
  return target;
}
