import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, SchemaDefinition } from '@secure-agent/contracts';
import { createPolicyEngine } from '@secure-agent/policy';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', '..', 'policies');
const GATEWAY = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/g-abcdefghij';

const schema = (properties: Record<string, SchemaDefinition>): SchemaDefinition => ({
  type: 'object',
  properties: { ...properties, caller: { type: 'string' } },
});
const text = { type: 'string' } as const;

const TOOLS = [
  { name: 'ReportTarget___format_report', inputSchema: schema({ title: text, data: text }) },
  {
    name: 'ReportTarget___markdown_to_email',
    inputSchema: schema({ markdown_content: text, recipient_email: text, subject: text }),
  },
  { name: 'HrTarget___get_leave_balance', inputSchema: schema({ employee_id: text }) },
  {
    name: 'HrTarget___request_leave',
    inputSchema: schema({ start_date: text, days: { type: 'integer' }, reason: text }),
  },
  { name: 'HrTarget___approve_leave', inputSchema: schema({ request_id: text }) },
  { name: 'HrTarget___get_salary', inputSchema: schema({ employee_id: text }) },
];

const engine = createPolicyEngine({
  gatewayArn: GATEWAY,
  tools: TOOLS,
  policies: readdirSync(FOLDER)
    .filter((name) => name.endsWith('.cedar'))
    .map((name) => ({
      id: name.replace('.cedar', ''),
      statement: readFileSync(join(FOLDER, name), 'utf8').replaceAll('{{gateway}}', GATEWAY),
      enforcementMode: 'ACTIVE' as const,
    })),
});
afterAll(() => engine.dispose());

const scope = fc.constantFrom(
  'hr/invoke',
  'hr/read',
  'hr/write',
  'hr/manager',
  'hr/developer',
  'hr/admin',
  'hr/readonly',
  'xhr/admin',
);
const claims = fc.record(
  {
    scope: fc.array(scope, { maxLength: 6 }).map((words) => words.join(' ')),
    employee_id: fc.constantFrom('E100', ''),
    tenant: fc.constant('acme'),
    'cognito:groups': fc.array(fc.string({ maxLength: 10 }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, Json>>>;

const DAYS = fc.oneof(fc.integer({ min: -2, max: 14 }), fc.constantFrom<Json>('ten', 1.5, null));

/** Some of a tool's own arguments, days often out of range or of another type, and now and then one it has not. */
const input = (tool: (typeof TOOLS)[number]): fc.Arbitrary<Readonly<Record<string, Json>>> => {
  const own = Object.keys(tool.inputSchema.properties ?? {}).map((name) => [
    name,
    name === 'days' ? DAYS : fc.constantFrom<Json>('E100', 'a@example.com'),
  ]);
  const some = fc.record(Object.fromEntries(own), { requiredKeys: [] });
  const stray = fc.option(fc.constant({}), { nil: { unknown: true }, freq: 8 });
  return fc
    .tuple(some, stray)
    .map(([given, more]) => ({ ...given, ...more }) as Readonly<Record<string, Json>>);
};

const call = fc
  .constantFrom(...TOOLS)
  .chain((tool) => input(tool).map((args) => ({ tool: tool.name, args })));

const now = Date.UTC(2026, 0, 1);

test('whatever some input makes Cedar allow is in the list of that caller', () => {
  let allowed = 0;
  fc.assert(
    fc.property(claims, call, (given, { tool, args }) => {
      const principal = { sub: 'somebody', claims: given };
      if (engine.decide({ principal, tool, args, now }).decision !== 'ALLOW') return;
      allowed += 1;
      expect(engine.visibleTools({ principal, now })).toContain(tool);
    }),
    { numRuns: 400 },
  );
  expect(allowed).toBeGreaterThan(20);
});

test('a developer never mails and never reads records, whatever else the token says', () => {
  fc.assert(
    fc.property(claims, call, (given, { tool, args }) => {
      const principal = {
        sub: 'somebody',
        claims: { ...given, scope: `${given['scope'] ?? ''} hr/developer`.trim() },
      };
      if (tool === 'ReportTarget___format_report') return;
      expect(engine.decide({ principal, tool, args, now }).decision).toBe('DENY');
      expect(engine.visibleTools({ principal, now })).toEqual(['ReportTarget___format_report']);
    }),
    { numRuns: 100 },
  );
});

test('nobody without a scope of the resource server may do anything', () => {
  fc.assert(
    fc.property(claims, call, (given, { tool, args }) => {
      const principal = { sub: 'somebody', claims: { ...given, scope: 'openid hr/readonly xhr/admin' } };
      expect(engine.decide({ principal, tool, args, now }).decision).toBe('DENY');
      expect(engine.visibleTools({ principal, now })).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
