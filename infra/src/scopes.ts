/** Scopes are defined in the configuration and spelled out in policies and tools: the spellings must be its scopes. */
import { type Configuration, fullScope } from '@secure-agent/contracts';
import type { PolicyFile } from './policies.ts';
import { SynthesisError } from './synthesis-error.ts';

/** Words of the form `server/scope` in a statement's texts. An ARN is no scope. */
function scopesIn(statement: string): readonly string[] {
  const code = statement.replaceAll(/^\s*\/\/.*$/gm, '');
  const texts = [...code.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
  return texts.flatMap((text) => text.split(/[ *]/)).filter((word) => /^[^/:{]+\/[^/]+$/.test(word));
}

/**
 * Checks that every scope which a policy or a tool asks for is one that the configuration defines: otherwise the rule
 * would silently hold for nobody.
 * @throws SynthesisError `configuration_invalid` naming the scope and who asks for it.
 */
export function checkScopes(
  configuration: Configuration,
  policies: readonly PolicyFile[],
  toolScopes: readonly string[],
): void {
  const defined = new Set(Object.keys(configuration.scopes).map((scope) => fullScope(configuration, scope)));
  const asked = [
    ...policies.flatMap(({ name, statement }) =>
      scopesIn(statement).map((scope) => ({ scope, by: `policies/${name}.cedar` })),
    ),
    ...toolScopes.map((scope) => ({ scope, by: 'packages/tools/src/scopes.ts' })),
  ];
  const unknown = asked.find(({ scope }) => !defined.has(scope));
  if (unknown === undefined) return;
  throw new SynthesisError(
    'configuration_invalid',
    `${unknown.by} asks for the scope "${unknown.scope}", which secure-agent.config.json does not define. Name the scope the same in both.`,
  );
}
