/** Decisions of the local decision log (`GET /_local/decisions`). */
import { type DecisionRecord, decisionRecord } from '@secure-agent/contracts';
import { type Decision, type DecisionSource, verdictOf } from './decision.ts';

const decisionOfRecord = (record: DecisionRecord): Decision => ({
  time: record.time,
  requestId: record.request_id,
  gatewayArn: record.resource,
  engineArn: record['aws.agentcore.gateway.policy.arn'],
  tool: record.tool,
  iss: record.iss,
  sub: record.sub,
  verdict: verdictOf(
    record['aws.agentcore.policy.authorization_decision'],
    record['aws.agentcore.policy.authorization_reason'],
  ),
  determiningPolicies: record['aws.agentcore.policy.determining_policies'] ?? [],
  mismatchedPolicies: record['aws.agentcore.policy.mismatched_policies'] ?? [],
});

/**
 * @param read - gives the log's lines since an ISO 8601 moment.
 * @throws SyntaxError, ZodError for a line that is no record: a log that cannot be read is no evidence.
 */
export const localDecisions = (read: (since: string) => Promise<string>): DecisionSource => ({
  async since(moment) {
    const lines = (await read(moment.toISOString())).split('\n').filter((line) => line !== '');
    return lines
      .map((line) => decisionRecord.parse(JSON.parse(line)))
      .filter(({ door, kind }) => door === 'gateway' && kind === 'authorization')
      .map(decisionOfRecord);
  },
});
