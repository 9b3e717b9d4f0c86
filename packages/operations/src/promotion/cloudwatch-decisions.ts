/**
 * Decisions of a deployed gateway, from the spans that CloudWatch keeps in the log group `aws/spans`. Names of spans and
 * attributes are the devguide's (observability-policy-metrics) and those of captured traces; untried on an account.
 *
 * One call leaves three spans that share `aws.request.id`: `AgentCore.Gateway.InboundAuth` (whose token),
 * `AgentCore.Gateway.InvokeTool` (which tool) and `AgentCore.Policy.AuthorizeAction` (what the engine said).
 */
import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { type Decision, type DecisionSource, verdictOf } from './decision.ts';

/** Where CloudWatch Transaction Search puts spans. */
const SPAN_LOG_GROUP = 'aws/spans';

const texts = z.array(z.string()).optional();

const span = z.object({
  name: z.string(),
  startTimeUnixNano: z.union([
    z.string().regex(/^\d{1,20}$/),
    // More than an exact integer of JSON can be, so not z.int().
    z.number().nonnegative().refine(Number.isInteger),
  ]),
  attributes: z.object({
    'aws.request.id': z.string().optional(),
    'aws.resource.arn': z.string().optional(),
    'tool.name': z.string().optional(),
    'jwt.sub': z.string().optional(),
    'jwt.iss': z.string().optional(),
    'aws.agentcore.gateway.policy.arn': z.string().optional(),
    'aws.agentcore.policy.authorization_decision': z.string().optional(),
    'aws.agentcore.policy.authorization_reason': z.string().optional(),
    'aws.agentcore.policy.determining_policies': texts,
    'aws.agentcore.policy.mismatched_policies': texts,
  }),
});
type Span = z.infer<typeof span>;

/** Anything else that the log group holds is not of this gateway's calls. */
function spanOf({ message = '' }: FilteredLogEvent): readonly Span[] {
  try {
    const parsed = span.safeParse(JSON.parse(message));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

/** Exact for a text. A JSON number of this size is not: it then may come out a millisecond early, never late. */
const timeOf = ({ startTimeUnixNano }: Span): string =>
  new Date(Number(BigInt(startTimeUnixNano) / 1_000_000n)).toISOString();

const requestOf = ({ attributes }: Span): string => attributes['aws.request.id'] ?? '';

/** Joins the spans of each request. A decision whose caller or tool no span tells is nobody's, about no tool. */
function decisionsOfSpans(spans: readonly Span[]): readonly Decision[] {
  const byRequest = Map.groupBy(spans, requestOf);
  const value = <K extends keyof Span['attributes']>(one: Span, key: K): Span['attributes'][K] =>
    one.attributes[key] ??
    (requestOf(one) === ''
      ? undefined
      : byRequest.get(requestOf(one))?.find(({ attributes }) => attributes[key] !== undefined)?.attributes[
          key
        ]);
  return spans
    .filter(({ name }) => name === 'AgentCore.Policy.AuthorizeAction')
    .map((one) => ({
      time: timeOf(one),
      requestId: requestOf(one),
      gatewayArn: value(one, 'aws.resource.arn'),
      engineArn: value(one, 'aws.agentcore.gateway.policy.arn'),
      tool: value(one, 'tool.name'),
      iss: value(one, 'jwt.iss'),
      sub: value(one, 'jwt.sub'),
      verdict: verdictOf(
        one.attributes['aws.agentcore.policy.authorization_decision'],
        one.attributes['aws.agentcore.policy.authorization_reason'],
      ),
      determiningPolicies: one.attributes['aws.agentcore.policy.determining_policies'] ?? [],
      mismatchedPolicies: one.attributes['aws.agentcore.policy.mismatched_policies'] ?? [],
    }));
}

/**
 * @param gatewayArn - only events that name it are asked for.
 */
export const cloudWatchDecisions = (client: CloudWatchLogsClient, gatewayArn: string): DecisionSource => ({
  async since(moment) {
    const asked = {
      logGroupName: SPAN_LOG_GROUP,
      startTime: moment.getTime(),
      // A phrase in quotes matches where it stands in the event.
      filterPattern: `"${gatewayArn}"`,
    };
    const spans: Span[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(new FilterLogEventsCommand({ ...asked, nextToken }));
      spans.push(...(page.events ?? []).flatMap(spanOf));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return decisionsOfSpans(spans);
  },
});
