/**
 * Drafts policies from text. AgentCore has a model for it; here a few sentence forms are understood, and everything
 * else is reported as not translatable:
 *
 *   [Only] users with scope S may use tool T.
 *   Users with scope S may not use tool T.
 */
import { cedarActionUid, cedarEntityUid } from '@secure-agent/policy';
import type { GenerationAsset } from './records/policy.ts';

export type Draft = Omit<GenerationAsset, 'policyGenerationAssetId'>;

/** RFC 6749 section 3.3, without the star, which is a wildcard of Cedar's `like`. */
const SCOPE = String.raw`[\x21\x23-\x26\x28\x29\x2B-\x5B\x5D-\x5F\x61-\x7E]+`;

const FORM = new RegExp(
  String.raw`^(?<only>only\s+)?(?:users|callers|people|principals)\s+(?:with|who\s+have|having)\s+(?:the\s+)?scope\s+` +
    String.raw`["'\x60]?(?<scope>${SCOPE})["'\x60]?\s+(?:may|can|are\s+allowed\s+to|must)\s+(?<not>not\s+|never\s+)?` +
    String.raw`(?:use|call|invoke)\s+(?:the\s+)?(?:tool\s+)?["'\x60]?(?<tool>[A-Za-z0-9_-]+)["'\x60]?(?:\s+tool)?$`,
  'i',
);

/** One word of a space-separated list: alone, first, last, between. */
const holdsScope = (scope: string): string =>
  [
    `principal.getTag("scope") == "${scope}"`,
    `principal.getTag("scope") like "${scope} *"`,
    `principal.getTag("scope") like "* ${scope}"`,
    `principal.getTag("scope") like "* ${scope} *"`,
  ].join(' ||\n   ');

const statement = (effect: string, tool: string, gatewayArn: string, condition: string): string =>
  `${effect} (\n  principal is AgentCore::OAuthUser,\n  action == ${cedarActionUid(tool)},\n` +
  `  resource == ${cedarEntityUid('AgentCore::Gateway', gatewayArn)}\n)\n${condition};`;

const when = (scope: string): string => `when {\n  principal.hasTag("scope") &&\n  (${holdsScope(scope)})\n}`;

const unless = (scope: string): string => when(scope).replace('when', 'unless');

const drafted = (rawTextFragment: string, text: string): Draft => ({
  rawTextFragment,
  definition: { cedar: { statement: text } },
  findings: [{ type: 'VALID' }],
});

const refused = (rawTextFragment: string, description: string): Draft => ({
  rawTextFragment,
  findings: [{ type: 'NOT_TRANSLATABLE', description }],
});

/** The full name of a tool that a text calls by its full or its own name; undefined for none, or more than one. */
function toolCalled(name: string, tools: readonly string[]): string | undefined {
  if (tools.includes(name)) return name;
  const found = tools.filter((tool) => tool.slice(tool.indexOf('___') + 3) === name);
  return found.length === 1 ? found[0] : undefined;
}

function draftSentence(sentence: string, gatewayArn: string, tools: readonly string[]): readonly Draft[] {
  const { only, scope, not, tool: called } = FORM.exec(sentence)?.groups ?? {};
  if (scope === undefined || called === undefined || (only !== undefined && not !== undefined)) {
    const forms = '"[Only] users with scope S may [not] use tool T"';
    return [refused(sentence, `Only sentences of the form ${forms} are translated locally.`)];
  }
  const tool = toolCalled(called, tools);
  if (tool === undefined)
    return [refused(sentence, `The gateway has no tool, or more than one, called ${called}.`)];
  if (not !== undefined) return [drafted(sentence, statement('forbid', tool, gatewayArn, when(scope)))];
  const permit = drafted(sentence, statement('permit', tool, gatewayArn, when(scope)));
  // "Only" holds whatever else is permitted.
  return only === undefined
    ? [permit]
    : [permit, drafted(sentence, statement('forbid', tool, gatewayArn, unless(scope)))];
}

/**
 * @param tools - full names of the gateway's tools.
 * @returns one draft or more for each sentence, in order.
 */
export const draftPolicies = (text: string, gatewayArn: string, tools: readonly string[]): readonly Draft[] =>
  text
    .split(/[.;\n](?=\s|$)|\n/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .flatMap((sentence) => draftSentence(sentence, gatewayArn, tools));
