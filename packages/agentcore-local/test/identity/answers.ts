/**
 * What the tests look into. An answer is checked to be a JSON object; which members it has depends on the operation, so
 * each is described as if it were there: a test that reads one that is missing fails at that line.
 */
import { z } from 'zod';

type Attribute = { readonly Name: string; readonly Value: string };
type User = { readonly Username: string; readonly Attributes: readonly Attribute[] };

/** Answers of the JSON API. */
export type ApiBody = {
  readonly __type: string;
  readonly message: string;
  readonly AuthenticationResult: {
    readonly AccessToken: string;
    readonly IdToken: string;
    readonly RefreshToken: string;
    readonly ExpiresIn: number;
    readonly TokenType: string;
  };
  readonly ChallengeName: string;
  readonly ChallengeParameters: {
    readonly SALT: string;
    readonly SRP_B: string;
    readonly SECRET_BLOCK: string;
    readonly USER_ID_FOR_SRP: string;
    readonly userAttributes: string;
  };
  readonly Session: string;
  readonly CodeDeliveryDetails: { readonly Destination: string };
  readonly CodeDeliveryDetailsList: readonly unknown[];
  readonly Groups: readonly { readonly GroupName: string }[];
  readonly PaginationToken: string | undefined;
  readonly User: User;
  readonly UserAttributes: readonly Attribute[];
  readonly Users: readonly User[];
};

/** Answers of the token endpoint. */
export type TokenBody = {
  readonly error: string | undefined;
  readonly error_description: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly id_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
};

/** Discovery documents and key sets. */
export type DocumentBody = {
  readonly keys: readonly { readonly kid: string; readonly n: string }[];
};

/** The event of the pre-token-generation trigger. */
export type TriggerEvent = {
  readonly version: string;
  readonly triggerSource: string;
  readonly request: {
    readonly scopes: readonly string[];
    readonly groupConfiguration: { readonly groupsToOverride: readonly string[] };
  };
};

const object = z.record(z.string(), z.json());

/** Reads a JSON object. */
export async function readBody<T>(response: Response): Promise<T> {
  return object.parse(await response.json()) as T;
}
