/** Reads a resource's properties. */
import type { z } from 'zod';
import { LoadError } from '../../load-error.ts';

export const invalid = (logicalId: string, message: string): LoadError =>
  new LoadError('property_invalid', `"${logicalId}": ${message}`);

/** @throws LoadError `property_invalid` naming resource, property and what is wrong with it. */
export function parseProperties<T>(logicalId: string, properties: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(properties);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw invalid(logicalId, `${problems.join('; ')}. This is all the local Cognito knows of the type.`);
}
