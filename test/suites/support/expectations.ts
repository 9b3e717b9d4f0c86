/**
 * Every server scenario of the MCP conformance suite and what it says about an AgentCore gateway. A scenario that passes
 * although a reason stands here fails the run, so a stale reason cannot stay.
 */

/** Scenarios that must pass against the stack's own gateway, as it is deployed. */
export const STACK_PASSES = [
  'server-initialize',
  'ping',
  'tools-list',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
] as const;

/** Scenarios that must pass against a gateway with the suite's tools behind an MCP-server target. */
export const TARGET_PASSES = [
  'tools-call-simple-text',
  'tools-call-image',
  'tools-call-audio',
  'tools-call-embedded-resource',
  'tools-call-mixed-content',
  'tools-call-error',
  'tools-call-with-progress',
  'json-schema-2020-12',
] as const;

const PROMPTS = 'AgentCore policies do not cover prompts, so the local gateway offers none';
const RESOURCES = 'AgentCore policies do not cover resources, so the local gateway offers none';
const NO_REQUESTS = 'a target cannot ask the client: the local gateway passes on notifications, not requests';

/** Scenarios that must fail, and why. */
export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'logging-set-level': 'the gateway declares no logging capability',
  'tools-call-with-logging': 'needs logging/setLevel, which the gateway does not declare',
  'completion-complete': 'the gateway declares no completions capability',
  'tools-call-sampling': NO_REQUESTS,
  'tools-call-elicitation': NO_REQUESTS,
  'elicitation-sep1034-defaults': NO_REQUESTS,
  'elicitation-sep1330-enums': NO_REQUESTS,
  'server-sse-polling': 'the gateway never closes a stream to have the client poll',
  'resources-list': RESOURCES,
  'resources-read-text': RESOURCES,
  'resources-read-binary': RESOURCES,
  'resources-templates-read': RESOURCES,
  'resources-subscribe': RESOURCES,
  'resources-unsubscribe': RESOURCES,
  'prompts-list': PROMPTS,
  'prompts-get-simple': PROMPTS,
  'prompts-get-with-args': PROMPTS,
  'prompts-get-embedded-resource': PROMPTS,
  'prompts-get-with-image': PROMPTS,
};
