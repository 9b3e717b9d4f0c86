/** A body that is to be JSON, for whoever only needs to know what it names. */

/** @returns undefined for what is no JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
