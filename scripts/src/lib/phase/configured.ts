/** What the configuration says of a stage's phase, without loading what synthesizes it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configuration } from '@secure-agent/contracts';
import { ROOT } from '../paths.ts';

/**
 * Whether a stage is configured to be in a phase in which its gateway has no policy engine.
 * @throws ZodError for a configuration that no synthesis would take.
 */
export function isBeforePolicies(stage: string): boolean {
  const text = readFileSync(join(ROOT, 'secure-agent.config.json'), 'utf8');
  const { phases = {} } = configuration.parse(JSON.parse(text));
  return Object.hasOwn(phases, stage) && phases[stage] !== 'policy';
}
