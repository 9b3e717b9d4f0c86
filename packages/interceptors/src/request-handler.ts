/** Lambda entry of the REQUEST interceptor. */
import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { ACCESS_TOKEN_CLAIM, requestInterceptorEnvironment } from '@secure-agent/contracts';
import { createJwtAuthorizer } from '@secure-agent/jwt-authorizer';
import { createKmsSign } from './kms-sign.ts';
import { report } from './report.ts';
import { createRequestInterceptor } from './request.ts';

const env = requestInterceptorEnvironment.parse(process.env);

/** Binds the verified caller to one gateway request. */
export const handler = createRequestInterceptor({
  authorizer: createJwtAuthorizer(
    {
      discoveryUrl: env.JWT_DISCOVERY_URL,
      allowedClients: env.JWT_ALLOWED_CLIENTS,
      allowedScopes: env.JWT_ALLOWED_SCOPES,
      allowedAudience: env.JWT_ALLOWED_AUDIENCE,
      ...(env.JWT_TOKEN_USE === 'unchecked' ? {} : { customClaims: [ACCESS_TOKEN_CLAIM] }),
    },
    {
      fetch,
      now: Date.now,
      // The same bundle runs on one machine. Safe on AWS: only a loopback IP may be http, and nothing listens there.
      allowLoopbackHttp: true,
    },
  ),
  sign: createKmsSign(new KMSClient({}), env.CALLER_KEY_ID),
  now: () => Date.now() / 1000,
  newRequestId: randomUUID,
  report: report('request'),
  externalTargets: env.EXTERNAL_TARGETS ?? [],
});
