/** The JWT authorizer of a gateway or a runtime. */
import { type Json, jwtAuthorizerConfig } from '@secure-agent/contracts';
import { z } from 'zod';
import { invalid } from '../control-error.ts';

const authorizer = z.strictObject({ customJWTAuthorizer: jwtAuthorizerConfig });

/**
 * Checks a JWT authorizer as the service would.
 * @throws ControlError `ValidationException` naming the field.
 */
export function checkAuthorizer(configuration: Json | undefined): void {
  const parsed = authorizer.safeParse(configuration);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw invalid(`authorizerConfiguration ${where}: ${issue?.message ?? 'is not valid'}`);
}
