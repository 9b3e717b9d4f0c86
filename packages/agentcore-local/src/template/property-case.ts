/**
 * CloudFormation spells properties `LikeThis`, the control API `likeThis`. Inside maps whose keys are the user's own
 * words (environment variables, tool arguments) nothing is respelled.
 */
import type { Json } from '@secure-agent/contracts';

/** Properties whose members are named by the user. */
const MAPS = new Set([
  'EnvironmentVariables',
  'Properties',
  'Tags',
  'AdvertisedScopeMapping',
  'CustomParameters',
]);

const lowerFirst = (name: string): string => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;

const mapOf = (value: Json, convert: (member: Json) => Json): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, convert(member)]))
    : value;

/** Respells the names of a CloudFormation value as the control API has them. */
export function toApiCase(value: Json): Json {
  if (Array.isArray(value)) return value.map(toApiCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      lowerFirst(name),
      MAPS.has(name) ? mapOf(member, toApiCase) : toApiCase(member),
    ]),
  );
}
