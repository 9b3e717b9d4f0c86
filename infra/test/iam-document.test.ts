/** docs/iam.md is what the template and the commands say. `UPDATE_DOCS=1` writes it again. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ActionRow, actionsOf, actionTable } from '../src/iam/actions.ts';
import { developerPolicy, NEEDS } from '../src/iam/developer-policy.ts';
import { REPOSITORY } from '../src/repository.ts';
import { ruleTemplate } from '../src/rules/rule.ts';
import { permissionsOf } from './support/permissions.ts';
import { templateOf } from './support/synthesized.ts';

const FILE = join(REPOSITORY, 'docs', 'iam.md');
const INTRODUCTION = `# IAM

Every permission of the synthesized template, and what a developer needs beside it. This file is written by a test from the
code; \`UPDATE_DOCS=1 npx vitest run --project infra infra/test/iam-document.test.ts\` writes it again, and
\`npm run synth -- --actions\` prints the table of any stage.

\`{Name}\` is a resource of the template, \`{Name.Attribute}\` an attribute of one. A role's row with the action
\`sts:AssumeRole\` says who may take the role. What a \`*\` or a \`?\` in a resource is for is written where it is granted
(\`infra/src/constructs\`), and the rule pack refuses a star without a reason.

## The template
`;
const DEVELOPER = `
## A developer

For the commands that fill a deployed system with people and rows and change its policies and their mode, generated from the
SDK commands that \`packages/operations\` and \`packages/client\` send. Writing a policy also asks \`InvokeGateway\` and
\`ManageResourceScopedPolicy\` of the gateway. Deploying is for the roles of the CDK bootstrap.
`;

let template: ReturnType<typeof templateOf>;
let rows: readonly ActionRow[];
beforeAll(() => {
  template = templateOf();
  rows = actionsOf(ruleTemplate.parse(template.toJSON()));
});

const document = (): string => {
  const arns = {
    ...{ userPoolArn: '{IdentityUserPool.Arn}', tableArn: '{DataTable.Arn}' },
    ...{ gatewayArn: '{Gateway.GatewayArn}', gatewayRoleArn: '{GatewayRole.Arn}' },
    policyEngineArn: '{PoliciesEngine.PolicyEngineArn}',
    policyEnginesArn: 'arn:aws:bedrock-agentcore:us-east-1:000000000000:policy-engine/*',
    policiesArn: '{PoliciesEngine.PolicyEngineArn}/policy/*',
    spansArn: 'arn:aws:logs:us-east-1:000000000000:log-group:aws/spans:*',
    stackArn: 'arn:aws:cloudformation:us-east-1:000000000000:stack/secure-agent-local/*',
  };
  const policy = JSON.stringify(developerPolicy(arns), null, 2);
  return `${INTRODUCTION}\n${actionTable(rows)}\n${DEVELOPER}\n\`\`\`json\n${policy}\n\`\`\`\n`;
};

test('docs/iam.md is up to date', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FILE, document());
  expect(readFileSync(FILE, 'utf8')).toBe(document());
});

describe('the table', () => {
  const of = (who: string) => rows.filter((row) => row.who.replaceAll(/[{}]|\.Arn/g, '') === who);

  test('holds every statement of every role, as another reader of the template finds them', () => {
    const found = permissionsOf(template).map(({ role, effect, action }) => `${role} ${effect} ${action}`);
    const shown = rows
      .filter(({ action, who }) => action !== 'sts:AssumeRole' && /^\{\w+Role\}$/.test(who))
      .map(({ who, effect, action }) => `${who.slice(1, -1)} ${effect} ${action}`);
    expect(shown.toSorted()).toEqual(found.toSorted());
  });

  test('says who may take a role, and under which conditions', () => {
    expect(of('bedrock-agentcore.amazonaws.com')).toContainEqual({
      who: 'bedrock-agentcore.amazonaws.com',
      effect: 'Allow',
      action: 'sts:AssumeRole',
      resource: '{GatewayRole}',
      condition: expect.stringContaining('gateway/secure-agent-local-??????????'),
    });
  });

  test('says whom the key’s own policy and a function let in', () => {
    expect(of('InterceptorsRequestRole').map(({ action }) => action)).toContain('kms:GenerateMac');
    expect(of('cognito-idp.amazonaws.com')).toEqual([
      expect.objectContaining({
        action: 'lambda:InvokeFunction',
        condition: expect.stringContaining('{IdentityUserPool.Arn}'),
      }),
    ]);
  });
});

describe('the developer policy', () => {
  const ROOMS = ['packages/operations/src', 'packages/client/src'];
  const sent = (): readonly string[] =>
    ROOMS.flatMap((room) =>
      readdirSync(join(REPOSITORY, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) => [
          ...readFileSync(join(REPOSITORY, room, file), 'utf8').matchAll(
            /new (\w+)Command\(|\bpaginate(\w+)\(/g,
          ),
        ])
        .map(([, single, pages]) => `${single ?? pages}Command`),
    );

  test('knows exactly the commands that the code sends', () => {
    expect([...new Set(sent())].toSorted()).toEqual(Object.keys(NEEDS));
  });

  test('lets who writes a policy read the gateway’s tools and speak about it, and about no other', () => {
    const arns = { gatewayArn: 'gateway', policyEngineArn: 'engine', policiesArn: 'policies' };
    const rest = {
      policyEnginesArn: 'engines',
      userPoolArn: 'pool',
      tableArn: 'table',
      stackArn: 'stack',
      spansArn: 'spans',
      gatewayRoleArn: 'role',
    };
    const { Statement } = developerPolicy({ ...arns, ...rest });
    const holders = (action: string) =>
      Statement.filter(({ Action }) => Action.includes(`bedrock-agentcore:${action}`)).map(
        ({ Resource }) => Resource,
      );
    expect(holders('InvokeGateway')).toEqual(['gateway']);
    expect(holders('ManageResourceScopedPolicy')).toEqual(['gateway']);
    expect(holders('CreatePolicy')).toEqual(['engine', 'policies']);
    expect(holders('ManageAdminPolicy')).toEqual([]);
  });

  test('names one resource a statement, no star, and hands over the gateway’s role to AgentCore alone', () => {
    const arns = {
      ...{ userPoolArn: 'pool', tableArn: 'table', stackArn: 'stack', spansArn: 'spans' },
      ...{ gatewayArn: 'gateway', gatewayRoleArn: 'role' },
      ...{ policyEngineArn: 'engine', policyEnginesArn: 'engines', policiesArn: 'policies' },
    };
    const { Statement } = developerPolicy(arns);
    expect(JSON.stringify(Statement)).not.toContain('*');
    expect(Statement.map(({ Resource }) => Resource).toSorted()).toEqual(Object.values(arns).toSorted());
    expect(Statement).toContainEqual({
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: 'role',
      Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-agentcore.amazonaws.com' } },
    });
  });
});
