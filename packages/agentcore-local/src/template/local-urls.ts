/**
 * AWS renders issuer and hosted-domain URLs with its own hosts. They become local ones here and nowhere else, in every
 * resolved property, so that the unchanged agent, interceptor and authorizers verify against the local issuer.
 */
import type { Json } from '@secure-agent/contracts';

const AWS_URLS: readonly (readonly [RegExp, string])[] = [
  // Issuer of a user pool: the pool id is the first path segment.
  [/(?<![A-Za-z0-9])https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?=\/)/g, ''],
  // Hosted domain of a user pool: the prefix is the host's first label.
  // Nothing that would make the host another one may follow.
  [
    /(?<![A-Za-z0-9])https:\/\/([a-z0-9-]+)\.auth\.[a-z0-9-]+\.amazoncognito\.com(?![\w.:@-])/g,
    '/domains/$1',
  ],
];

/** Changes every text of a value. */
function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]);
  return Object.fromEntries(members);
}

/**
 * Replaces AWS's issuer and hosted-domain URLs in every text of a value.
 * @param endpoint - base URL of the local AWS, no trailing slash.
 */
export const toLocalUrls = (value: Json, endpoint: string): Json =>
  mapTexts(value, (text) =>
    AWS_URLS.reduce((done, [pattern, path]) => done.replaceAll(pattern, `${endpoint}${path}`), text),
  );

/**
 * Replaces one endpoint by another in every text of a value: what was saved while the local AWS had another port.
 * @param from - base URL, no trailing slash. A longer port that begins with the same digits is another endpoint.
 */
export const moveUrls = (value: Json, from: string, to: string): Json =>
  mapTexts(value, (text) =>
    text.split(from).reduce((done, rest) => `${done}${/^[0-9]/.test(rest) ? from : to}${rest}`),
  );
