/** Lambda entry of the pre-token-generation trigger (V3_0). */
import { tokenClaimsEnvironment } from '@secure-agent/contracts';
import { withTokenClaims } from './token-claims.ts';

const env = tokenClaimsEnvironment.parse(process.env);
const groupScopes = new Map(Object.entries(env.GROUP_SCOPES));

/** Answers one token generation; rejects, and so prevents the token, when the event is not understood. */
export const handler = async (event: unknown) => withTokenClaims(event, groupScopes);
