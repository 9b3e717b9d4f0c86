/**
 * Each statement that allows something to a role of the stack is taken out of the template in turn. The local AWS then
 * refuses what AWS would: a named row of the story comes out otherwise than told, and the server's log names the action
 * and the resource that are missing. What no service does locally, or what a key's own policy allows as well, is listed
 * as unused with its reason, and the story's rows pass without it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly } from '@secure-agent/agentcore-local';
import { differences, passed } from '@secure-agent/scripts/demo';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { changed, withoutResource } from './support/assembly.ts';
import { sharedAssembly, startTestSystem, type TestSystem, tell } from './support/system.ts';

const POLICY = 'AWS::IAM::Policy';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.looseObject({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore });
const policy = z.looseObject({
  PolicyName: z.string(),
  PolicyDocument: z.looseObject({ Statement: z.array(statement) }),
});
type Statement = z.infer<typeof statement>;

/** `GatewayRole lambda:InvokeFunction`: the role's construct, without CDK's hash, and the statement's actions. */
const nameOf = (policyName: string, { Action }: Statement): string =>
  `${policyName.replace(/DefaultPolicy[0-9A-F]{8}$/, '')} ${Action.join(' ')}`;

/** A copy without the statements that match. */
function without(assembly: Assembly, matches: (name: string) => boolean): Assembly {
  let removed = 0;
  const copy = changed(assembly, POLICY, (properties) => {
    const { PolicyName, PolicyDocument, ...rest } = policy.parse(properties);
    const Statement = PolicyDocument.Statement.filter((one) => !matches(nameOf(PolicyName, one)));
    removed += PolicyDocument.Statement.length - Statement.length;
    const document = z.json().parse({ ...PolicyDocument, Statement });
    return { ...z.record(z.string(), z.json()).parse(rest), PolicyName, PolicyDocument: document };
  });
  if (removed === 0) throw new Error('no such statement');
  // A policy without statements is none.
  return hasEmptyPolicy(copy) ? withoutResource(copy, isEmptyPolicy) : copy;
}

const isEmptyPolicy = ({ Type, Properties }: Assembly['template']['Resources'][string]): boolean =>
  Type === POLICY && policy.parse(Properties).PolicyDocument.Statement.length === 0;

const hasEmptyPolicy = ({ template }: Assembly): boolean =>
  Object.values(template.Resources).some(isEmptyPolicy);

type Removal = {
  readonly statement: string;
  /** The row that must notice. */
  readonly row: string;
  /** What the server's log says is missing. */
  readonly missing: RegExp;
};

const ON_ENGINE =
  'bedrock-agentcore:AuthorizeAction bedrock-agentcore:GetPolicyEngine bedrock-agentcore:PartiallyAuthorizeActions';
const ON_GATEWAY = 'bedrock-agentcore:AuthorizeAction bedrock-agentcore:PartiallyAuthorizeActions';

const REMOVALS: readonly Removal[] = [
  {
    statement: `GatewayRole ${ON_ENGINE}`,
    row: 'eve-balance',
    missing: /"action":"bedrock-agentcore:GetPolicyEngine","resource":"arn:[^"]*:policy-engine\//,
  },
  {
    statement: `GatewayRole ${ON_GATEWAY}`,
    row: 'eve-balance',
    missing: /"action":"bedrock-agentcore:PartiallyAuthorizeActions","resource":"arn:[^"]*:gateway\//,
  },
  {
    statement: 'GatewayRole lambda:InvokeFunction',
    row: 'eve-balance',
    missing: /"action":"lambda:InvokeFunction","resource":"arn:[^"]*:function:/,
  },
  {
    statement: 'HrTargetRole dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem',
    row: 'eve-balance',
    missing: /"action":"dynamodb:GetItem","resource":"arn:[^"]*:table\//,
  },
  {
    statement: 'ReportTargetRole ses:SendEmail',
    row: 'maria-mail',
    missing: /"action":"ses:SendEmail","resource":"arn:[^"]*:identity\//,
  },
];

const LOGS = 'nothing writes to CloudWatch Logs locally: what is printed goes to files';
const TELEMETRY = 'the agent sends no spans and no metrics locally';
const IMAGE = 'no image is pulled from ECR locally: the agent runs from its build context';
const KEY_POLICY = "the key's own policy names the role, which is enough in one account (KMS key-policies)";

/** Statements that nothing needs in a local run, and why. */
const UNUSED: Readonly<Record<string, string>> = {
  'IdentityTokenClaimsRole logs:CreateLogStream logs:PutLogEvents': LOGS,
  'InterceptorsRequestRole logs:CreateLogStream logs:PutLogEvents': LOGS,
  'InterceptorsResponseRole logs:CreateLogStream logs:PutLogEvents': LOGS,
  'HrTargetRole logs:CreateLogStream logs:PutLogEvents': LOGS,
  'ReportTargetRole logs:CreateLogStream logs:PutLogEvents': LOGS,
  'RuntimeRole logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents': LOGS,
  'RuntimeRole logs:DescribeLogGroups': LOGS,
  'RuntimeRole ecr:BatchGetImage ecr:GetDownloadUrlForLayer': IMAGE,
  'RuntimeRole cloudwatch:PutMetricData ecr:GetAuthorizationToken xray:PutTraceSegments': `${IMAGE}; ${TELEMETRY}`,
  'InterceptorsRequestRole kms:GenerateMac': KEY_POLICY,
  'HrTargetRole kms:VerifyMac': KEY_POLICY,
  'ReportTargetRole kms:VerifyMac': KEY_POLICY,
};

async function running<T>(assembly: Assembly, work: (system: TestSystem, log: () => string) => Promise<T>) {
  const system = await startTestSystem(assembly);
  const log = (): string => {
    try {
      return readFileSync(join(system.folder, 'logs', 'server.log'), 'utf8');
    } catch {
      return '';
    }
  };
  try {
    return await work(system, log);
  } finally {
    await system.stop();
  }
}

describe('a statement taken out of a role', () => {
  test.each(REMOVALS)('$statement: row $row notices, and the log names it', ({ statement, row, missing }) =>
    running(
      without(sharedAssembly(), (name) => name === statement),
      async ({ world }, log) => {
        const [result] = await tell(world, [row]);
        expect(result && passed(result)).toBe(false);
        expect(log()).toMatch(missing);
        const told = (result ? differences(result) : []).map((text) =>
          text.replace(/^permission: \S+ lacks (\S+) on (\S+)$/, '"action":"$1","resource":"$2"'),
        );
        expect(told).toContainEqual(expect.stringMatching(missing));
      },
    ),
  );
});

describe('the resource policies', () => {
  test('without the permission of the trigger, Cognito cannot invoke it and nobody gets a token', () =>
    running(
      withoutResource(sharedAssembly(), ({ Type }) => Type === 'AWS::Lambda::Permission'),
      async ({ world }, log) => {
        const told = tell(world, ['eve-balance']).then(([result]) => (result && passed(result)) === true);
        expect(await told.catch(() => false)).toBe(false);
        expect(log()).toMatch(
          /cognito-idp\.amazonaws\.com is not authorized to perform: lambda:InvokeFunction on resource: arn:/,
        );
      },
    ));
});

test('what is listed as unused is: the story passes without all of it, and nothing is refused to a role', () =>
  running(
    without(sharedAssembly(), (name) => Object.hasOwn(UNUSED, name)),
    async ({ world }, log) => {
      const results = await tell(world, ['eve-balance', 'maria-mail']);
      expect(results.flatMap(differences)).toEqual([]);
      expect(log()).not.toContain('"where":"iam"');
    },
  ));

test('every statement that allows something has a removal or a reason', () => {
  const names = Object.values(sharedAssembly().template.Resources)
    .filter(({ Type }) => Type === POLICY)
    .map(({ Properties }) => policy.parse(Properties))
    .flatMap(({ PolicyName, PolicyDocument }) =>
      PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow').map((one) =>
        nameOf(PolicyName, one),
      ),
    );
  const known = [...REMOVALS.map(({ statement }) => statement), ...Object.keys(UNUSED)];
  expect(names.toSorted()).toEqual(known.toSorted());
});
