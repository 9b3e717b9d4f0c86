/** How a policy file becomes a statement of the template: its text as it is, with the gateway's own ARN in it. */

import { catalogue } from '@secure-agent/tools/catalogue';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GATEWAY_PLACEHOLDER, readPolicies, targetTools } from '../src/policies.ts';
import { POLICY_FOLDER } from '../src/repository.ts';
import { templateOf } from './support/synthesized.ts';

const properties = z.object({
  Name: z.string(),
  Description: z.string(),
  Definition: z.object({
    Cedar: z.object({
      Statement: z.strictObject({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) }),
    }),
  }),
});

const FILES = readPolicies(POLICY_FOLDER, targetTools(catalogue, []));
let found: readonly z.infer<typeof properties>[];
let gateway: string | undefined;
beforeAll(() => {
  const template = templateOf();
  const resources = Object.values(template.findResources('AWS::BedrockAgentCore::Policy'));
  found = resources.map(({ Properties }) => properties.parse(Properties));
  [gateway] = Object.keys(template.findResources('AWS::BedrockAgentCore::Gateway'));
});

test('CP-23 every policy of the folder is one of the template, and no other', () => {
  expect(found.map(({ Name }) => Name).toSorted()).toEqual(FILES.map(({ name }) => name));
});

describe.each(FILES)('$name', ({ name, statement, intent }) => {
  // A join of literals: CloudFormation substitutes nothing in them, whatever a policy's text looks like.
  test('CP-23 the statement is the file, joined with nothing but the ARN', () => {
    const one = found.find(({ Name }) => Name === name);
    const parts = one?.Definition.Cedar.Statement['Fn::Join'][1] ?? [];
    const arn = { 'Fn::GetAtt': [gateway, 'GatewayArn'] };
    expect(parts.filter((part) => typeof part !== 'string')).toEqual(
      Array(statement.split(GATEWAY_PLACEHOLDER).length - 1).fill(arn),
    );
    const text = parts.map((part) => (typeof part === 'string' ? part : GATEWAY_PLACEHOLDER)).join('');
    expect(text.trim()).toBe(statement.trim());
    expect(one?.Description).toBe(intent);
  });
});
