/** Every call leaves a line, with its subject where there is one, and nothing of the caller's own text in it. */

import { decisionRecord } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  ENGINE_ARN,
  GATEWAY_ID,
  MAIL,
  MANAGER,
  POLICIES,
  permit,
  policy,
  REPORT,
} from './support.ts';

const rpc = (members: string) => `{"jsonrpc":"2.0",${members}}`;

const CALLS: readonly (readonly [id: string, body: string, outcome: 'allow' | 'deny', reason: string])[] = [
  ['a ping', rpc('"id":1,"method":"ping"'), 'allow', 'answered'],
  ['a notification', rpc('"method":"notifications/initialized"'), 'allow', 'answered'],
  ['an unknown method', rpc('"id":1,"method":"resources/read"'), 'deny', 'refused with -32601'],
  ['malformed JSON', '{"jsonrpc":', 'deny', 'refused with -32700'],
  ['a batch', '[]', 'deny', 'refused with -32600'],
];

describe('the decision log', () => {
  it.each(CALLS)('has one line of %s', async (_id, body, outcome, reason) => {
    const world = createWorld();
    await world.send({ body });
    expect(world.decisions).toHaveLength(1);
    expect(world.decisions[0]).toMatchObject({ kind: 'request', outcome, reason, sub: 'sub-maria' });
  });

  it('keeps the name of a method short', async () => {
    const world = createWorld();
    await world.send({ body: rpc(`"id":1,"method":"${'m'.repeat(5_000)}"`) });
    expect(world.decisions[0]?.method).toHaveLength(256);
  });

  it('counts arguments that the tool does not declare, and does not repeat them', async () => {
    const world = createWorld();
    const secret = MANAGER.slice(0, 100);
    const args = JSON.stringify({ title: 'x', [secret]: 1 });
    await world.send({
      body: rpc(`"id":1,"method":"tools/call","params":{"name":"${REPORT}","arguments":${args}}`),
    });
    expect(world.decisions[0]?.input_keys).toEqual(['title', '1 undeclared']);
    expect(JSON.stringify(world.decisions)).not.toContain(secret);
  });

  it('says of a decision who asked, what for, why, by which engine, and what LOG_ONLY policies would have done', async () => {
    const forbid = permit(REPORT).replace('permit', 'forbid');
    const logOnly = [
      { ...policy('would_forbid', forbid), enforcementMode: 'LOG_ONLY' as const },
      { ...policy('would_permit', permit(REPORT)), enforcementMode: 'LOG_ONLY' as const },
    ];
    const world = createWorld({ policies: [...POLICIES, ...logOnly] });
    await world.send({
      body: rpc(`"id":1,"method":"tools/call","params":{"name":"${REPORT}","arguments":{"title":"x"}}`),
    });
    expect(world.decisions).toHaveLength(1);
    expect(decisionRecord.parse(world.decisions[0])).toMatchObject({
      request_id: 'request-1',
      door: 'gateway',
      kind: 'authorization',
      outcome: 'allow',
      method: 'tools/call',
      tool: REPORT,
      input_keys: ['title'],
      latency_ms: 0,
      principal: { entityType: 'AgentCore::OAuthUser', entityId: 'sub-maria' },
      'aws.agentcore.gateway.policy.arn': ENGINE_ARN,
      'aws.agentcore.gateway.policy.mode': 'ENFORCE',
      'aws.agentcore.policy.authorization_decision': 'ALLOW',
      'aws.agentcore.policy.determining_policies': ['everybody_formats'],
      'aws.agentcore.policy.log_only_matched_policies': ['would_forbid', 'would_permit'],
      'aws.agentcore.policy.log_only_decision_flipping_policies': ['would_forbid'],
      'aws.agentcore.policy.target_resource.id': GATEWAY_ID,
    });
  });

  it('says of a listing who asked and what was hidden', async () => {
    const world = createWorld({ policies: [policy('formats', permit(REPORT))] });
    await world.rpc('tools/list');
    expect(decisionRecord.parse(world.decisions[0])).toMatchObject({
      kind: 'listing',
      outcome: 'allow',
      principal: { entityType: 'AgentCore::OAuthUser', entityId: 'sub-maria' },
      'aws.agentcore.policy.allowed_tools': [REPORT],
      'aws.agentcore.policy.denied_tools': [MAIL],
      'aws.agentcore.policy.target_resource.id': GATEWAY_ID,
    });
  });
});
