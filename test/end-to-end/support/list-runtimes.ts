/** What anybody may write who has two environment variables and no line of this repository. Prints runtime names. */
import {
  BedrockAgentCoreControlClient,
  ListAgentRuntimesCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';

const client = new BedrockAgentCoreControlClient();
const { agentRuntimes = [] } = await client.send(new ListAgentRuntimesCommand());
process.stdout.write(JSON.stringify(agentRuntimes.map(({ agentRuntimeName }) => agentRuntimeName)));
