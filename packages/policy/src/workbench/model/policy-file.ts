/** A policy file as every part of the workbench sees it: parsed once, rendered for a gateway that stands for any. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result } from '@secure-agent/contracts';
import { parseStatement, renderStatement } from '../../statement.ts';

/** Policies are checked before there is a gateway. No account has this number. */
export const WORKBENCH_GATEWAY =
  'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/secure-agent-0000000000';

/** One file of a policy folder. */
export type PolicySource = {
  /** The file's name without `.cedar`: the policy's name. */
  readonly name: string;
  /** Cedar text as it is in the file, `{{gateway}}` still in it. */
  readonly text: string;
};

/** A file that was parsed. */
export type PolicyFile = PolicySource & {
  /** `{{gateway}}` filled with {@link WORKBENCH_GATEWAY}. */
  readonly statement: string;
  readonly effect: 'permit' | 'forbid';
  /** Cedar's JSON form of the statement. */
  readonly policy: PolicyJson;
};

/** Parses one file. @returns the parser's message for text that is no single static policy. */
export function parsePolicyFile({ name, text }: PolicySource): Result<PolicyFile, string> {
  const statement = renderStatement(text, WORKBENCH_GATEWAY);
  const parsed = parseStatement(statement);
  if (!parsed.ok) return err(parsed.error);
  return ok({ name, text, statement, effect: parsed.value.effect, policy: parsed.value });
}
