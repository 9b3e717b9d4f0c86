/** The planner itself: prompt, tools and results so far in; the next step out. Pure and deterministic. */
import type { JSONValue, ToolSpec } from '@strands-agents/sdk';
import { chooseTool } from './choose.ts';
import { parseRequest, REQUEST_LIMIT } from './clauses.ts';
import { readClause } from './draft.ts';
import { asText, readable } from './readable.ts';
import type { Property } from './schema.ts';

export type ToolOutcome = { readonly status: 'success' | 'error'; readonly text: string };

export type Situation = {
  readonly prompt: string;
  readonly tools: readonly ToolSpec[];
  /** Results of the steps that ran, in order. */
  readonly outcomes: readonly ToolOutcome[];
};

export type Step =
  | { readonly kind: 'call'; readonly tool: string; readonly input: Readonly<Record<string, JSONValue>> }
  | { readonly kind: 'answer'; readonly text: string };

const TOO_LONG = `I read requests of at most ${REQUEST_LIMIT} characters. Put long text after a blank line, or between lines of three backquotes.`;

function noToolFits(clause: string | undefined, tools: readonly ToolSpec[]): string {
  const asked = clause === undefined ? 'this request' : `"${clause.slice(0, 200)}"`;
  const have =
    tools.length === 0 ? 'I have no tools.' : `I have: ${tools.map(({ name }) => name).join(', ')}.`;
  return `No tool that I was given fits ${asked}. ${have}`;
}

function needsMore(tool: string, missing: readonly Property[]): string {
  const needed = missing.map(({ name, description }) =>
    description === '' ? `- ${name}` : `- ${name}: ${description}`,
  );
  return [`To use ${tool} I still need:`, ...needed].join('\n');
}

const told = ({ tool, outcome }: { tool: string; outcome: ToolOutcome }): string =>
  outcome.status === 'success'
    ? `${tool}:\n${readable(outcome.text)}`
    : `${tool} did not do it:\n${readable(outcome.text)}`;

/** What to do next. Only the prompt is read for instructions: a result is text to show or to pass on. */
export function planNext({ prompt, tools, outcomes }: Situation): Step {
  const request = parseRequest(prompt);
  if (request === undefined) return { kind: 'answer', text: TOO_LONG };
  let block = request.block;
  const done: { tool: string; outcome: ToolOutcome }[] = [];
  const answer = (text?: string): Step => ({
    kind: 'answer',
    text: [...done.map(told), ...(text === undefined ? [] : [text])].join('\n\n'),
  });
  for (const [index, clause] of request.clauses.entries()) {
    const last = done.at(-1);
    if (last?.outcome.status === 'error') return answer();
    const previous = last === undefined ? undefined : asText(last.outcome.text);
    const choice = chooseTool(tools, { clause: readClause(clause), block, previous });
    if (choice === undefined) return answer(noToolFits(clause, tools));
    if (choice.fill.missing.length > 0) return answer(needsMore(choice.spec.name, choice.fill.missing));
    const outcome = outcomes[index];
    if (outcome === undefined) return { kind: 'call', tool: choice.spec.name, input: choice.fill.input };
    if (choice.fill.tookBlock) block = undefined;
    done.push({ tool: choice.spec.name, outcome });
  }
  return answer(done.length === 0 ? noToolFits(undefined, tools) : undefined);
}
