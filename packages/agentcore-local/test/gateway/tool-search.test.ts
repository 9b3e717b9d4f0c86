/** The search tool: listed first, ranked, at most ten, and never a tool that the caller does not see. */
import type { Json, ToolDefinition } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  DEVELOPER,
  lambdaTarget,
  MAIL,
  permit,
  policy,
  REPORT,
  type Received,
  type Sent,
  type World,
} from './support.ts';

const SEARCH = 'x_amz_bedrock_agentcore_search';

const searching = (world: World = {}): World => ({
  ...world,
  record: { ...world.record, protocolConfiguration: { mcp: { searchType: 'SEMANTIC' } } },
});

const tool = (name: string, description: string): ToolDefinition => ({
  name,
  description,
  inputSchema: { type: 'object' },
});

const CATALOGUE = [
  tool('get_leave_balance', 'How many days of vacation an employee has left.'),
  tool('request_leave', 'Asks for days off.'),
  tool('sendInvoice', 'Sends a bill to a customer.'),
  tool('format_report', 'Formats a report as Markdown.'),
  tool('markdown_to_email', 'Mails a Markdown text.'),
  ...Array.from({ length: 30 }, (_, index) =>
    tool(`archive_${index}`, `Reads volume ${index} of the archive.`),
  ),
];

const catalogue = (world: World = {}): World =>
  searching({ engine: 'none', targets: [lambdaTarget('Hr', CATALOGUE)], ...world });

const names = (answer: Received) => answer.body.result.tools.map(({ name }) => name);
const search = (world: ReturnType<typeof createWorld>, query: Json, sent: Sent = {}) =>
  world.call(SEARCH, { query }, sent);
const found = (answer: Received): string[] =>
  Object(answer.body.result).structuredContent.tools.map(({ name }: { readonly name: string }) => name);

describe('the search tool', () => {
  it('is there only where searchType is SEMANTIC', async () => {
    const world = createWorld({ engine: 'none' });
    expect(names(await world.rpc('tools/list'))).toEqual([REPORT, MAIL]);
    expect((await search(world, 'report')).body.error.code).toBe(-32602);
  });

  it('is listed first, with the words of AWS’s sample', async () => {
    const { tools } = (await createWorld(searching()).rpc('tools/list')).body.result;
    expect(tools.map(({ name }) => name)).toEqual([SEARCH, REPORT, MAIL]);
    expect(tools[0]).toEqual({
      name: SEARCH,
      description:
        'A special tool that returns a trimmed down list of tools given a context. Use this tool only when there are many tools available and you want to get a subset that matches the provided context.',
      inputSchema: {
        type: 'object',
        properties: { query: { type: 'string', description: 'search query to use for finding tools' } },
        required: ['query'],
      },
    });
  });

  it('counts as one of a page', async () => {
    const world = createWorld({ ...searching(), behaviour: { listPageSize: 2 } });
    const first = await world.rpc('tools/list');
    expect(names(first)).toEqual([SEARCH, REPORT]);
    const rest = await world.rpc('tools/list', { cursor: first.body.result.nextCursor });
    expect(names(rest)).toEqual([MAIL]);
  });

  it('answers with tools as they are listed, as text and as structured content', async () => {
    const world = createWorld(searching({ engine: 'none' }));
    const { result } = (await search(world, 'report')).body;
    const { tools } = Object(result).structuredContent;
    const listed = (await world.rpc('tools/list')).body.result.tools;
    expect(result.isError).toBe(false);
    expect(tools.length).toBeGreaterThan(0);
    for (const entry of tools) expect(listed).toContainEqual(entry);
    expect(JSON.parse(result.content[0].text)).toEqual({ tools });
    expect(world.calls).toEqual([]);
  });

  it.each([
    ['a word of a description', 'vacation', 'Hr___get_leave_balance'],
    ['a word of a name', 'balance', 'Hr___get_leave_balance'],
    ['a part of a name in camel case', 'invoice', 'Hr___sendInvoice'],
    ['a whole sentence', 'I want to mail a markdown text to my boss', 'Hr___markdown_to_email'],
    ['a misspelling', 'vacaton', 'Hr___get_leave_balance'],
    ['the beginning of a word', 'form', 'Hr___format_report'],
    ['another case', 'REPORT', 'Hr___format_report'],
  ])('finds %s', async (_id, query, expected) => {
    expect(found(await search(createWorld(catalogue()), query))[0]).toBe(expected);
  });

  it('ranks: of two tools with a word, the one that says more of it first', async () => {
    const ranked = found(await search(createWorld(catalogue()), 'request leave'));
    expect(ranked.slice(0, 2)).toEqual(['Hr___request_leave', 'Hr___get_leave_balance']);
  });

  it('finds ten at most', async () => {
    expect(found(await search(createWorld(catalogue()), 'archive'))).toHaveLength(10);
  });

  it.each(['', '   ', '!!!', 'xyzzy'])('finds nothing for %j, which is no error', async (query) => {
    const answer = await search(createWorld(catalogue()), query);
    expect(answer.body.result.isError).toBe(false);
    expect(found(answer)).toEqual([]);
  });

  it('looks at the beginning of a long query only', async () => {
    const world = createWorld(catalogue());
    expect(found(await search(world, `${'word '.repeat(1000)} vacation`))).toEqual([]);
    expect(found(await search(world, `vacation ${'word '.repeat(1000)}`))).toEqual([
      'Hr___get_leave_balance',
    ]);
  });

  it.each([
    ['no query', {}],
    ['a query that is no text', { query: 5 }],
  ])('refuses %s', async (_id, args) => {
    const answer = await createWorld(catalogue()).call(SEARCH, args);
    expect(answer.body.result.isError).toBe(true);
    expect(answer.body.result.content[0].text).toContain('query');
  });

  it('finds what was added since', async () => {
    const world = createWorld(catalogue());
    expect(found(await search(world, 'payslip'))).toEqual([]);
    world.change({ targets: [lambdaTarget('Hr', [tool('get_payslip', 'Shows a payslip.')])] });
    expect(found(await search(world, 'payslip'))).toEqual(['Hr___get_payslip']);
  });

  it('is not served beside a target whose tools are asked for at listing time', async () => {
    const dynamic = {
      ...lambdaTarget('Live', []),
      targetConfiguration: {
        mcp: { mcpServer: { endpoint: 'https://mcp.example/mcp', listingMode: 'DYNAMIC' } },
      },
    };
    const refused = await createWorld(catalogue({ targets: [dynamic] })).rpc('ping');
    expect(refused.status).toBe(500);
    expect(refused.body.message).toContain('Live');
    expect(refused.body.message).toContain('SEMANTIC');
  });
});

describe('the search tool under a policy engine', () => {
  it('finds for each caller what that caller’s list shows', async () => {
    const world = createWorld(searching());
    expect(found(await search(world, 'report markdown mails')).toSorted()).toEqual([REPORT, MAIL]);
    const developer = { token: DEVELOPER };
    expect(found(await search(world, 'report markdown mails', developer))).toEqual([REPORT]);
    expect((await search(world, MAIL, developer)).text).not.toContain(MAIL);
    expect(world.decisions.at(-1)).toMatchObject({
      kind: 'authorization',
      outcome: 'allow',
      reason: 'search_over_visible_tools',
      tool: SEARCH,
      sub: 'sub-dev',
    });
  });

  it('fills its ten with tools that are seen, not with hidden ones taken away', async () => {
    const seen = Array.from({ length: 10 }, (_, index) => `Hr___archive_${index + 20}`);
    const policies = seen.map((name, index) => policy(`seen_${index}`, permit(name)));
    const world = createWorld(catalogue({ engine: 'ENFORCE', policies }));
    expect(found(await search(world, 'archive')).toSorted()).toEqual(seen);
  });

  it('finds everything in LOG_ONLY, and nothing for nobody', async () => {
    const logOnly = createWorld(searching({ engine: 'LOG_ONLY' }));
    expect(found(await search(logOnly, 'report markdown mails', { token: DEVELOPER }))).toHaveLength(2);
    const nobody = createWorld(searching({ record: { authorizerType: 'NONE' } }));
    expect(found(await search(nobody, 'report', { token: null }))).toEqual([]);
  });

  it('finds nothing where the engine cannot say', async () => {
    const world = createWorld(searching({ policies: null }));
    const refused = await search(world, 'report');
    expect(refused.body.result.isError).toBe(true);
    expect(refused.text).not.toContain(REPORT);
    expect(world.decisions.at(-1)).toMatchObject({ outcome: 'deny', reason: 'Policy evaluation failed' });
  });

  it('is hidden and denied where so chosen, in ENFORCE only', async () => {
    const behaviour = { searchUnderPolicy: 'denied' } as const;
    const world = createWorld(searching({ behaviour }));
    expect(names(await world.rpc('tools/list'))).toEqual([REPORT, MAIL]);
    const refused = await search(world, 'report');
    const unknown = await world.call('Report___nothing', { query: 'report' });
    expect(refused.body).toEqual(unknown.body);
    expect(refused.body.error.code).toBe(-32002);
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
    const logOnly = createWorld(searching({ behaviour, engine: 'LOG_ONLY' }));
    expect(names(await logOnly.rpc('tools/list'))).toEqual([SEARCH, REPORT, MAIL]);
  });
});
