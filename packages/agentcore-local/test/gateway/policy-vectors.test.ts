/** The visibility sheet through the whole gateway: what is listed, what is called, what is logged. */
import { readFileSync } from 'node:fs';
import type { SchemaDefinition } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorld, GATEWAY_ARN, lambdaTarget, mint, policy } from './support.ts';

const call = z.object({
  tool: z.string(),
  input: z.json(),
  decision: z.enum(['allow', 'deny']),
  reason: z.string().optional(),
  reason_prefix: z.string().optional(),
});
const cell = z.object({
  id: z.string(),
  why: z.string(),
  policies: z.array(z.string()),
  tags: z.record(z.string(), z.string()).optional(),
  principals: z
    .array(z.object({ tags: z.record(z.string(), z.string()), list: z.array(z.string()) }))
    .optional(),
  enforce: z.object({ list: z.array(z.string()), calls: z.array(call) }).optional(),
});
const sheet = z
  .object({
    tools: z.array(z.string()),
    inputs: z.record(z.string(), z.record(z.string(), z.string())),
    cells: z.array(cell),
  })
  .parse(
    JSON.parse(
      readFileSync(
        new URL('../../../../test/conformance/vectors/policy-visibility.json', import.meta.url),
        'utf8',
      ),
    ),
  );

function schemaOf(tool: string): SchemaDefinition {
  const inputs = Object.entries(sheet.inputs[tool] ?? {});
  const required = inputs.filter(([, type]) => !type.includes('optional')).map(([name]) => name);
  const properties = Object.fromEntries(
    inputs.map(([name, type]) => [
      name,
      { type: type.startsWith('integer') ? 'integer' : 'string' } as const,
    ]),
  );
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

const TARGETS = ['ReportTarget', 'HrTarget'].map((target) =>
  lambdaTarget(
    target,
    sheet.tools
      .filter((tool) => tool.startsWith(`${target}___`))
      .map((tool) => ({
        name: tool.slice(target.length + 3),
        description: 'A tool.',
        inputSchema: schemaOf(tool),
      })),
  ),
);

function worldOf({ policies }: z.infer<typeof cell>, engine: 'ENFORCE' | 'LOG_ONLY') {
  return createWorld({
    engine,
    targets: TARGETS,
    policies: policies.map((text, index) => policy(`p${index}`, text.replaceAll('{{gateway}}', GATEWAY_ARN))),
    record: {
      authorizerConfiguration: {
        customJWTAuthorizer: {
          discoveryUrl: 'http://127.0.0.1:4566/us-east-1_test/.well-known/openid-configuration',
          allowedClients: ['people'],
        },
      },
    },
  });
}

const tokenOf = (tags: Readonly<Record<string, string>> = {}) => mint({ scope: undefined, ...tags });

describe.each(sheet.cells)('$id $why', (row) => {
  const principals = row.principals ?? [{ tags: row.tags ?? {}, list: row.enforce?.list ?? [] }];

  it.each(principals)('ENFORCE lists $list for $tags, LOG_ONLY everything', async ({ tags, list }) => {
    const token = tokenOf(tags);
    const names = async (engine: 'ENFORCE' | 'LOG_ONLY') => {
      const answer = await worldOf(row, engine).rpc('tools/list', {}, { token });
      return answer.body.result.tools.map(({ name }: { name: string }) => name).toSorted();
    };
    expect(await names('ENFORCE')).toEqual(list.toSorted());
    expect(await names('LOG_ONLY')).toEqual(sheet.tools.toSorted());
  });

  it.each(row.enforce?.calls ?? [])('$decision of $tool with $input', async (expected) => {
    const { tool, input, decision, reason = '', reason_prefix = reason } = expected;
    const world = worldOf(row, 'ENFORCE');
    const answer = await world.call(tool, input, { token: tokenOf(row.tags) });
    expect(world.calls).toHaveLength(decision === 'allow' ? 1 : 0);
    expect(answer.body.result?.isError ?? true).toBe(decision === 'deny');
    expect(world.decisions).toMatchObject([{ outcome: decision, tool }]);
    if (reason_prefix !== '') expect(answer.body.error.message).toContain(`[${reason_prefix}`);

    const logOnly = worldOf(row, 'LOG_ONLY');
    await logOnly.call(tool, input, { token: tokenOf(row.tags) });
    expect(logOnly.decisions).toMatchObject([
      {
        outcome: 'allow',
        'aws.agentcore.policy.authorization_decision': decision.toUpperCase(),
      },
    ]);
  });
});
