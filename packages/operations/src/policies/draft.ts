/**
 * Has policies drafted from a sentence. A draft is text to read: nothing here attaches it.
 * Source: AgentCore control API, StartPolicyGeneration; devguide policy-generation-validation.
 */
import {
  type BedrockAgentCoreControlClient,
  ConflictException,
  GetPolicyGenerationCommand,
  type PolicyGenerationAsset,
  paginateListPolicyGenerationAssets,
  StartPolicyGenerationCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { type Clock, SYSTEM_CLOCK } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';
import { statementOf } from './policy-set.ts';
import { settled } from './settled.ts';

export type DraftOptions = {
  readonly engineId: string;
  readonly gatewayArn: string;
  /** 1 to 2000 characters. */
  readonly text: string;
  /** Name of the generation: letters, digits and underscores. An engine takes each once. */
  readonly name: string;
  readonly clock?: Clock;
};

export type DraftFinding = { readonly type: string; readonly description: string | undefined };

export type PolicyDraft = {
  /** The part of the text that it is made of. */
  readonly from: string;
  /** Absent where that part could not be translated. */
  readonly statement: string | undefined;
  readonly findings: readonly DraftFinding[];
};

export type Drafted = {
  readonly generationId: string;
  /** Never empty. */
  readonly drafts: readonly PolicyDraft[];
};

const draftOf = ({
  definition,
  findings = [],
  rawTextFragment = '',
}: PolicyGenerationAsset): PolicyDraft => ({
  from: rawTextFragment,
  statement: statementOf(definition),
  findings: findings.map(({ type = 'UNKNOWN', description }) => ({ type, description })),
});

async function start(client: BedrockAgentCoreControlClient, options: DraftOptions): Promise<string> {
  const { engineId: policyEngineId, gatewayArn: arn, text: rawText, name } = options;
  const input = { policyEngineId, name, resource: { arn }, content: { rawText } };
  try {
    return (await client.send(new StartPolicyGenerationCommand(input))).policyGenerationId ?? '';
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
    throw new OperationError(
      'generation_failed',
      `The engine has a draft called "${name}" already. Choose another name.`,
    );
  }
}

async function assetsOf(
  client: BedrockAgentCoreControlClient,
  input: { readonly policyEngineId: string; readonly policyGenerationId: string },
): Promise<readonly PolicyGenerationAsset[]> {
  const assets: PolicyGenerationAsset[] = [];
  for await (const page of paginateListPolicyGenerationAssets({ client }, input)) {
    assets.push(...(page.policyGenerationAssets ?? []));
  }
  return assets;
}

/**
 * Drafts policies and waits for them: one for each sentence, or a permit and a forbid for "only …".
 * @throws OperationError `generation_failed` for a name that is taken, a generation that failed, and one that came to
 * nothing; `not_settled`.
 */
export async function draftPolicies(
  client: BedrockAgentCoreControlClient,
  options: DraftOptions,
): Promise<Drafted> {
  const { engineId: policyEngineId, clock = SYSTEM_CLOCK } = options;
  const input = { policyEngineId, policyGenerationId: await start(client, options) };
  const read = () => client.send(new GetPolicyGenerationCommand(input));
  const { status, statusReasons = [] } = await settled('The draft', read, clock);
  if (status !== 'GENERATED') {
    throw new OperationError(
      'generation_failed',
      `The draft is ${status}. ${statusReasons.join('; ')}`.trim(),
    );
  }
  const drafts = (await assetsOf(client, input)).map(draftOf);
  if (drafts.length > 0) return { generationId: input.policyGenerationId, drafts };
  throw new OperationError(
    'generation_failed',
    'The service drafted nothing from this sentence. Say who may use which tool, one sentence for each rule.',
  );
}
