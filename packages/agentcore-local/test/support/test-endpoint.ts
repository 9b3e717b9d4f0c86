/** A real endpoint on a free port, closed when the test file is done. */
import type { AccessKey } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import { createCredentials, verifySigV4 } from '../../src/credentials/index.ts';
import { type Endpoint, type EndpointOptions, openEndpoint } from '../../src/endpoint/endpoint.ts';
import type { Service } from '../../src/ports.ts';

const opened: Endpoint[] = [];
afterAll(async () => {
  for (const endpoint of opened.splice(0)) await endpoint.close();
});

export type TestEndpoint = Endpoint & {
  readonly operator: AccessKey;
  /** What went wrong inside. */
  readonly errors: unknown[];
  /** For an AWS SDK client signed as the operator, without retries. */
  readonly sdk: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: AccessKey;
    readonly maxAttempts: 1;
  };
};

/** Opens it with real signature verification. */
export async function testEndpoint(
  services: readonly Service[],
  options: Partial<EndpointOptions> = {},
): Promise<TestEndpoint> {
  const credentials = createCredentials();
  const { operator } = credentials;
  const errors: unknown[] = [];
  const endpoint = await openEndpoint(0, {
    verifySignature: (head, body, service) =>
      verifySigV4(head, body, { service, region: 'us-east-1', now: Date.now, credentials }),
    // What IAM is asked has tests of its own.
    iam: { allows: () => true },
    onError: (error) => errors.push(error),
    ...options,
  });
  opened.push(endpoint);
  endpoint.serve(services);
  const sdk = { endpoint: endpoint.url, region: 'us-east-1', credentials: operator, maxAttempts: 1 } as const;
  return { ...endpoint, operator, errors, sdk };
}
