/**
 * The search tool of a gateway whose `searchType` is SEMANTIC (devguide gateway-using-mcp-semantic-search). AWS compares
 * meanings; here words of names and descriptions are ranked (BM25), with endings and small misspellings forgiven.
 */
import { ok } from '@secure-agent/contracts';
import MiniSearch from 'minisearch';
import { compileArgumentsCheck } from './arguments-check.ts';
import { isObject, type JsonObject, own } from './json-rpc.ts';
import type { GatewayTool } from './targets/tool-target.ts';

export const SEARCH_TOOL_NAME = 'x_amz_bedrock_agentcore_search';

/** Most tools in one answer (devguide observability-gateway-metrics). */
const MAX_FOUND = 10;
/** Most of a query that is looked at, characters. */
const MAX_QUERY = 1000;

const INPUT_SCHEMA = {
  type: 'object',
  properties: { query: { type: 'string', description: 'search query to use for finding tools' } },
  required: ['query'],
} as const;

const LISTED: JsonObject = {
  name: SEARCH_TOOL_NAME,
  description:
    'A special tool that returns a trimmed down list of tools given a context. Use this tool only when there are many tools available and you want to get a subset that matches the provided context.',
  inputSchema: INPUT_SCHEMA,
};

export type ToolSearch = {
  /** The search tool as `tools/list` shows it. */
  readonly listed: JsonObject;
  /**
   * The search tool for one caller.
   * @param visible - names of the tools that the caller may see; no other is found.
   */
  over(visible: ReadonlySet<string>): GatewayTool;
};

/** `camelCase` and `snake_case` are words too. */
const words = (text: string): string[] =>
  text
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

function indexOf(tools: ReadonlyMap<string, GatewayTool>): MiniSearch {
  const index = new MiniSearch({ fields: ['name', 'description'], tokenize: words });
  for (const [name, { listed }] of tools) {
    const description = own(listed, 'description');
    index.add({ id: name, name, description: typeof description === 'string' ? description : '' });
  }
  return index;
}

/** Fuzziness only for words long enough to be told apart, and few enough to be quick. */
const OPTIONS = {
  boost: { name: 2 },
  prefix: (term: string) => term.length > 2,
  fuzzy: (term: string) => (term.length > 4 ? 0.2 : false),
};

const asResult = (tools: readonly JsonObject[]): JsonObject => ({
  content: [{ type: 'text', text: JSON.stringify({ tools }) }],
  structuredContent: { tools: [...tools] },
  isError: false,
});

/** Makes the search over a gateway's tools. They are indexed at the first query. */
export function createToolSearch(tools: ReadonlyMap<string, GatewayTool>): ToolSearch {
  const checkArguments = compileArgumentsCheck(INPUT_SCHEMA);
  let index: MiniSearch | undefined;

  function find(query: string, visible: ReadonlySet<string>): JsonObject[] {
    index ??= indexOf(tools);
    const filter = ({ id }: { readonly id: string }) => visible.has(id);
    return index
      .search(query.slice(0, MAX_QUERY), { ...OPTIONS, filter })
      .slice(0, MAX_FOUND)
      .map(({ id }) => tools.get(id)?.listed)
      .filter(isObject);
  }

  return {
    listed: LISTED,
    over: (visible) => ({
      name: SEARCH_TOOL_NAME,
      inputSchema: INPUT_SCHEMA,
      listed: LISTED,
      checkArguments,
      invoke: async ({ args }) => {
        const query = own(args, 'query');
        const found = typeof query === 'string' ? find(query, visible) : [];
        return ok({ kind: 'mcp', result: asResult(found) });
      },
    }),
  };
}
