/** Who may ask the pool for tokens. */
import { EMPLOYEE_ATTRIBUTE, TENANT_ATTRIBUTE } from '@secure-agent/contracts';
import { Duration, SecretValue } from 'aws-cdk-lib';
import {
  CfnUserPoolClient,
  ClientAttributes,
  OAuthScope,
  type UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';

/**
 * Where the browser comes back to: a listener of the command line on this machine. Cognito compares the whole URL, so
 * the port is part of it. A literal address, because `localhost` can be made to mean another one (RFC 8252 section 8.3).
 */
export const LOOPBACK_CALLBACK_URL = 'http://127.0.0.1:8976/callback';

/** Longest life of an access token: also how long a leaver can go on. */
const ACCESS_TOKEN_LIFE = Duration.minutes(15);
/** One working day, then sign in again. */
const REFRESH_TOKEN_LIFE = Duration.hours(12);

/**
 * Public client for people: user name and password for the command line, authorization code with PKCE for the browser.
 * It asks for `openid` alone; what the person may do comes from groups, through the trigger, in both ways of signing in.
 *
 * The write list holds one attribute that decides nothing. It is there because an absent list means every standard
 * attribute, mail address included. Tenant and employee number are on the read list only.
 */
export const peopleClient = (pool: UserPool): UserPoolClient =>
  pool.addClient('People', {
    userPoolClientName: 'people',
    generateSecret: false,
    authFlows: { userPassword: true },
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID],
      callbackUrls: [LOOPBACK_CALLBACK_URL],
    },
    readAttributes: new ClientAttributes()
      .withStandardAttributes({ email: true, locale: true })
      .withCustomAttributes(TENANT_ATTRIBUTE, EMPLOYEE_ATTRIBUTE),
    writeAttributes: new ClientAttributes().withStandardAttributes({ locale: true }),
    accessTokenValidity: ACCESS_TOKEN_LIFE,
    idTokenValidity: ACCESS_TOKEN_LIFE,
    refreshTokenValidity: REFRESH_TOKEN_LIFE,
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });

/**
 * Confidential client of one machine role: client credentials and nothing else.
 *
 * `userPassword: false` is not empty on purpose. With no flow named Cognito allows SRP and custom sign-in, and a leaked
 * client secret would let people's passwords be tried at this client; named like this, refreshing is all that is left.
 */
export const machineClient = (pool: UserPool, role: string, scopes: OAuthScope[]): UserPoolClient =>
  confidentialClient(pool, `Machine-${role}`, `machine-${role}`, scopes);

/** Confidential client under which the gateway asks for tokens for one API. It is on no door's list. */
export const outboundClient = (pool: UserPool, api: string, scopes: OAuthScope[]): UserPoolClient =>
  confidentialClient(pool, `Outbound-${api}`, `outbound-${api}`, scopes);

/**
 * A client's secret as the resource itself offers it, from one resource of the template to another. The construct's own
 * way is a function of its own that may read every client of the account.
 */
export function clientSecretOf({ node: { defaultChild } }: UserPoolClient): SecretValue {
  if (defaultChild instanceof CfnUserPoolClient)
    return SecretValue.resourceAttribute(defaultChild.attrClientSecret);
  throw new TypeError('a client has a resource');
}

const confidentialClient = (
  pool: UserPool,
  id: string,
  userPoolClientName: string,
  scopes: OAuthScope[],
): UserPoolClient =>
  pool.addClient(id, {
    userPoolClientName,
    generateSecret: true,
    authFlows: { userPassword: false },
    oAuth: { flows: { clientCredentials: true }, scopes },
    writeAttributes: new ClientAttributes().withStandardAttributes({ locale: true }),
    accessTokenValidity: ACCESS_TOKEN_LIFE,
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });
