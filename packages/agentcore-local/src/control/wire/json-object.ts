import type { Json, JsonObject } from '@secure-agent/contracts';

/** Whether a JSON value is an object. Looks at nothing inside it. */
export const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
