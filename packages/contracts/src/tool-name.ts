/**
 * The name under which a gateway offers a tool: `${target}___${tool}`.
 * A target name cannot hold an underscore, so the first three underscores always end it.
 * Source: AgentCore devguide, gateway-tool-naming.
 */
import { err, ok, type Result } from './result.ts';

export const TOOL_NAME_SEPARATOR = '___';
export const MAX_TOOL_NAME_LENGTH = 256;

/** What CloudFormation accepts as the name of a gateway target. */
export const TARGET_NAME_PATTERN = /^([0-9a-zA-Z][-]?){1,100}$/;

export type ToolNameError =
  | 'no separator'
  | 'target is empty'
  | 'tool is empty'
  | 'target holds an underscore'
  | 'target does not match the pattern'
  | 'name is too long';

export type ToolName = { readonly target: string; readonly tool: string };

function checkParts({ target, tool }: ToolName): ToolNameError | undefined {
  if (target === '') return 'target is empty';
  if (tool === '') return 'tool is empty';
  if (target.includes('_')) return 'target holds an underscore';
  if (!TARGET_NAME_PATTERN.test(target)) return 'target does not match the pattern';
  if (target.length + TOOL_NAME_SEPARATOR.length + tool.length > MAX_TOOL_NAME_LENGTH) {
    return 'name is too long';
  }
  return undefined;
}

/** Joins a target and a tool into the name a gateway lists. */
export function encodeToolName(target: string, tool: string): Result<string, ToolNameError> {
  const problem = checkParts({ target, tool });
  return problem === undefined ? ok(`${target}${TOOL_NAME_SEPARATOR}${tool}`) : err(problem);
}

/** Splits a listed name at its first separator; the tool keeps any further underscores. */
export function decodeToolName(name: string): Result<ToolName, ToolNameError> {
  const at = name.indexOf(TOOL_NAME_SEPARATOR);
  if (at < 0) return err('no separator');
  const parts = { target: name.slice(0, at), tool: name.slice(at + TOOL_NAME_SEPARATOR.length) };
  const problem = checkParts(parts);
  return problem === undefined ? ok(parts) : err(problem);
}
