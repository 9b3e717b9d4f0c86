import { CALLER_FIELD, type JsonObject, ok } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createFormatReport } from '../src/format-report/run.ts';
import { defineTool, type Tool } from '../src/tool.ts';
import {
  assertionOf,
  call,
  claimsFor,
  codeOf,
  contextOf,
  dispatcherOf,
  EVE,
  hmac,
  MARIA,
  NOW,
  type Who,
} from './support.ts';

const definition = (name: string, properties: Record<string, { type: 'string' }> = {}) => ({
  name,
  description: 'A tool. Use this when testing.',
  inputSchema: { type: 'object' as const, properties },
});

/** Two tools of which one's name starts with the other's; each says its name, its text and its caller. */
function fixture(overrides: Partial<Parameters<typeof dispatcherOf>[0]> = {}) {
  const ran: string[] = [];
  const tool = (name: string): Tool =>
    defineTool(
      definition(name, { text: { type: 'string' } }),
      z.strictObject({ text: z.string().optional() }),
      async ({ text }, caller) => {
        ran.push(name);
        return ok({ tool: name, text: text ?? 'absent', sub: caller.sub });
      },
    );
  const target = dispatcherOf({ target: 'TestTarget', tools: [tool('get'), tool('get_more')], ...overrides });
  return { target, ran };
}

describe('LT-02, LT-03, LT-04 routing on the tool name of the client context', () => {
  it.each([
    ['TestTarget___get', 'get'],
    ['TestTarget___get_more', 'get_more'],
  ])('%s runs %s and no other', async (name, tool) => {
    const { target, ran } = fixture();
    expect(await call(target, EVE, name, { text: 'x' })).toEqual({ tool, text: 'x', sub: 'sub-eve' });
    expect(ran).toEqual([tool]);
  });

  it('reads the capitalised spelling of the client context too', async () => {
    const args = { caller: assertionOf(claimsFor(EVE, 'TestTarget___get', {})) };
    const answer = await fixture().target(args, contextOf('TestTarget___get', 'Custom'));
    expect(answer).toMatchObject({ tool: 'get' });
  });

  it.each([
    ['no context', undefined, 'missing_context'],
    ['null context', null, 'missing_context'],
    ['no client context', {}, 'missing_context'],
    ['null client context', { clientContext: null }, 'missing_context'],
    ['empty client context', { clientContext: {} }, 'missing_context'],
    ['empty custom', { clientContext: { custom: {} } }, 'missing_context'],
    ['name is empty', contextOf(''), 'missing_context'],
    ['name is a number', contextOf(7), 'missing_context'],
    ['name is an array', contextOf(['TestTarget___get']), 'missing_context'],
    ['another target', contextOf('OtherTarget___get'), 'wrong_target'],
    ['target in another case', contextOf('testtarget___get'), 'wrong_target'],
    ['no target', contextOf('get'), 'unknown_tool'],
    ['empty target', contextOf('___get'), 'unknown_tool'],
    ['empty tool', contextOf('TestTarget___'), 'unknown_tool'],
    ['part of a name', contextOf('TestTarget___ge'), 'unknown_tool'],
    ['name with a prefix', contextOf('TestTarget___xget'), 'unknown_tool'],
    ['second separator', contextOf('TestTarget___get___get_more'), 'unknown_tool'],
    ['fourth underscore', contextOf('TestTarget____get'), 'unknown_tool'],
    ['full-width letter', contextOf('TestTarget___ｇet'), 'unknown_tool'],
    ['trailing space', contextOf('TestTarget___get '), 'unknown_tool'],
    ['__proto__', contextOf('TestTarget_____proto__'), 'unknown_tool'],
    ['constructor', contextOf('TestTarget___constructor'), 'unknown_tool'],
    ['toString', contextOf('TestTarget___toString'), 'unknown_tool'],
    ['hasOwnProperty', contextOf('TestTarget___hasOwnProperty'), 'unknown_tool'],
  ])('%s', async (_, context, code) => {
    const { target, ran } = fixture();
    // Signed for the very name, so that nothing but the routing refuses.
    const name = (context as { clientContext?: { custom?: { bedrockAgentCoreToolName?: unknown } } } | null)
      ?.clientContext?.custom?.bedrockAgentCoreToolName;
    const caller = assertionOf(claimsFor(EVE, typeof name === 'string' && name ? name : 'x', {}));
    expect(codeOf(await target({ caller }, context))).toBe(code);
    expect(ran).toEqual([]);
  });
});

describe('LT-01, LT-13 the caller, whoever invokes the function', () => {
  const TOOL = 'TestTarget___get';
  const claims = claimsFor(EVE, TOOL, {});
  const good = assertionOf(claims);
  const [version, payload, mac] = good.split('.');
  const maria = Buffer.from(JSON.stringify({ ...claims, sub: 'sub-maria' })).toString('base64url');
  const extra = Buffer.from(JSON.stringify({ ...claims, admin: true })).toString('base64url');
  const signed = (input: string) => `${input}.${hmac(input).toString('base64url')}`;

  const rows: [string, JsonObject, string | undefined][] = [
    ['the statement of the interceptor', { caller: good }, undefined],
    ['none', {}, 'caller_missing'],
    ['null', { caller: null }, 'caller_missing'],
    ['empty text', { caller: '' }, 'caller_invalid'],
    ['an object', { caller: { sub: 'sub-maria' } }, 'caller_invalid'],
    ['an array of it', { caller: [good] }, 'caller_invalid'],
    ['a name', { caller: 'sub-maria' }, 'caller_invalid'],
    ['unsigned claims', { caller: `${version}.${payload}.` }, 'caller_invalid'],
    ['two parts', { caller: `${version}.${payload}` }, 'caller_invalid'],
    ['four parts', { caller: `${good}.${mac}` }, 'caller_invalid'],
    ['another version', { caller: `v2.${payload}.${mac}` }, 'caller_invalid'],
    ['claims of another under the old MAC', { caller: `${version}.${maria}.${mac}` }, 'caller_invalid'],
    ['a short MAC', { caller: `${version}.${payload}.${mac?.slice(0, 20)}` }, 'caller_invalid'],
    ['signed by another key', { caller: assertionOf(claims, Buffer.alloc(32)) }, 'caller_invalid'],
    ['signed, with an unknown claim', { caller: signed(`v1.${extra}`) }, 'caller_invalid'],
    ['longer than KMS signs', { caller: signed(`v1.${'A'.repeat(5000)}`) }, 'caller_invalid'],
    ['run out now', { caller: assertionOf({ ...claims, iat: NOW - 60, exp: NOW }) }, 'caller_expired'],
    ['made in the future', { caller: assertionOf({ ...claims, iat: NOW + 30 }) }, 'caller_expired'],
    ['of a longer life', { caller: assertionOf({ ...claims, exp: NOW + 61 }) }, 'caller_expired'],
    ['for another tool', { caller: assertionOf({ ...claims, tool: `${TOOL}_more` }) }, 'caller_mismatch'],
    ['for other arguments', { caller: good, text: 'more' }, 'caller_mismatch'],
    ['for a member named __proto__', JSON.parse(`{"caller":"${good}","__proto__":{}}`), 'caller_mismatch'],
  ];
  it.each(rows)('%s', async (_, event, code) => {
    const { target, ran } = fixture();
    const answer = await target(event, contextOf(TOOL));
    if (code === undefined) expect(answer).toEqual({ tool: 'get', text: 'absent', sub: 'sub-eve' });
    else expect(codeOf(answer)).toBe(code);
    expect(ran).toHaveLength(code === undefined ? 1 : 0);
  });

  it.each([
    ['not genuine', async () => false, 'caller_invalid'],
    [
      'not checkable',
      async () => {
        throw new Error('KMS is down');
      },
      'internal',
    ],
  ])('is refused when the MAC is %s', async (_, verifyMac, code) => {
    const { target, ran } = fixture({ verifyMac });
    expect(codeOf(await call(target, EVE, TOOL, {}))).toBe(code);
    expect(ran).toEqual([]);
  });

  it.each([
    ['a MAC of another length', `${version}.${payload}.${mac?.slice(0, 20)}`],
    [
      'more than KMS signs',
      signed(`v1.${Buffer.from(JSON.stringify({ ...claims, rid: 'r'.repeat(4000) })).toString('base64url')}`),
    ],
  ])('%s is refused without asking KMS', async (_, caller) => {
    let asked = 0;
    const verifyMac = async () => {
      asked += 1;
      return true;
    };
    const { target } = fixture({ verifyMac });
    expect(codeOf(await target({ caller }, contextOf(TOOL)))).toBe('caller_invalid');
    expect(asked).toBe(0);
    expect(await target({ caller: good }, contextOf(TOOL))).toMatchObject({ sub: 'sub-eve' });
    expect(asked).toBe(1);
  });

  it('is asked for before the arguments are looked at', async () => {
    expect(codeOf(await fixture().target({ unknown: 1 }, contextOf(TOOL)))).toBe('caller_missing');
  });

  it('does not reach the tool as an argument', async () => {
    const answer = await call(fixture().target, EVE, TOOL, {});
    expect(JSON.stringify(answer)).not.toContain(CALLER_FIELD);
  });

  it('LT-11 is no other by the message id, which clients choose: two with one id are two calls', async () => {
    const { target, ran } = fixture();
    const message = (who: Who) => {
      const event = { caller: assertionOf(claimsFor(who, TOOL, {})) };
      const custom = { bedrockAgentCoreToolName: TOOL, bedrockAgentCoreMcpMessageId: '1' };
      return target(event, { clientContext: { custom } });
    };
    const answers = await Promise.all([EVE, MARIA, EVE, MARIA].map(message));
    expect(answers.map((answer) => answer['sub'])).toEqual([EVE, MARIA, EVE, MARIA].map(({ sub }) => sub));
    expect(ran).toHaveLength(4);
  });

  it('LT-07 of one call is not that of the next, nor of one at the same time', async () => {
    const { target } = fixture();
    const turns = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? EVE : MARIA));
    const answers = await Promise.all(turns.map((who) => call(target, who, TOOL, {})));
    expect(answers.map((answer) => answer['sub'])).toEqual(turns.map((who) => who.sub));
  });
});

describe('LT-06 arguments', () => {
  const TOOL = 'TestTarget___get';
  it.each([
    ['GW-21 an unknown one', '{"isAdmin":true}'],
    ['__proto__', '{"__proto__":{"isAdmin":true}}'],
    ['constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ['_meta', '{"_meta":{}}'],
    ['a wrong type', '{"text":{"__proto__":{"isAdmin":true}}}'],
  ])('%s is refused, and the next call is clean', async (_, args) => {
    const { target } = fixture();
    expect(codeOf(await call(target, EVE, TOOL, args))).toBe('invalid_input');
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(await call(target, EVE, TOOL, {})).toMatchObject({ text: 'absent' });
  });

  it('GW-24 null is an absent argument', async () => {
    expect(await call(fixture().target, EVE, TOOL, { text: null })).toMatchObject({ text: 'absent' });
  });

  it.each([[null], ['text'], [[1]], [undefined]])('an event %j that is no map is refused', async (event) => {
    expect(codeOf(await fixture().target(event, contextOf(TOOL)))).toBe('invalid_input');
  });

  it('a refusal names the argument and never its value', async () => {
    const answer = await call(fixture().target, EVE, TOOL, { text: 7, secret: 'canary-value' });
    expect(JSON.stringify(answer)).toContain('secret');
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('a schema that differs from its definition cannot be built', () => {
    expect(() =>
      defineTool(definition('get'), z.strictObject({ more: z.string() }), async () => ok({})),
    ).toThrow(TypeError);
  });
});

describe('a failure inside a tool', () => {
  it('LT-08 comes back as a generic error and goes whole to the operator', async () => {
    const seen: unknown[] = [];
    const secret = new Error('salary of E100 is 54000');
    const tool: Tool = {
      definition: definition('fail'),
      call: () => Promise.reject(secret),
    };
    const target = dispatcherOf({ target: 'T', tools: [tool], reportFailure: (error) => seen.push(error) });
    const answer = await call(target, EVE, 'T___fail', {});
    expect(codeOf(answer)).toBe('internal');
    expect(JSON.stringify(answer)).not.toMatch(/salary|54000|at /);
    expect(seen).toEqual([secret]);
  });

  it('has a control: the same dispatcher shape answers a tool that works', async () => {
    const target = dispatcherOf({ target: 'T', tools: [createFormatReport()] });
    const answer = await call(target, EVE, 'T___format_report', { title: 'a', data: 'b\n1' });
    expect(answer).toMatchObject({ rows: 1 });
  });
});
