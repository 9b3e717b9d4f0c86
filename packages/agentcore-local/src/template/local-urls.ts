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

/**
 * Replaces AWS's issuer and hosted-domain URLs in every text of a value.
 * @param endpoint - base URL of the local AWS, no trailing slash.
 */
export function toLocalUrls(value: Json, endpoint: string): Json {
  if (typeof value === 'string') {
    return AWS_URLS.reduce((text, [pattern, path]) => text.replaceAll(pattern, `${endpoint}${path}`), value);
  }
  if (Array.isArray(value)) return value.map((item) => toLocalUrls(item, endpoint));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, toLocalUrls(member, endpoint)]),
    );
  }
  return value;
}
