/** `secure-agent.config.json`, checked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Configuration, configuration } from '@secure-agent/contracts';
import { z } from 'zod';
import { ROOT } from './paths.ts';

class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** @throws ConfigurationError naming the field. */
export function readConfiguration(): Configuration {
  const parsed = configuration.safeParse(
    JSON.parse(readFileSync(join(ROOT, 'secure-agent.config.json'), 'utf8')),
  );
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(`secure-agent.config.json:\n${z.prettifyError(parsed.error)}`);
}
