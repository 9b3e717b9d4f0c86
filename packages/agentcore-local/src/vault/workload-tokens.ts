/**
 * Workload access tokens: random handles to what this process remembers, so a token of another process, a changed one
 * and an ended one are all the same: unknown. It is no JWT, and no front door takes it as a bearer.
 * Source: AgentCore devguide, get-workload-access-token. AWS does not say how long one lives.
 */
import type { Clock, WorkloadTokens, WorkloadUser } from '../ports.ts';
import { createExpiringMap } from './expiring-map.ts';
import { digest, keyOf, newHandle } from './opaque.ts';

const LIFE_MS = 15 * 60_000;
const MAX_TOKENS = 10_000;

export type WorkloadTokensOptions = {
  readonly now: Clock;
  /** Longest life of a token, milliseconds; 15 minutes unless told. A token given out has at least half of it left. */
  readonly lifeMs?: number;
  /** Most tokens remembered; one more ends the oldest. 10,000 unless told. */
  readonly maxTokens?: number;
};

export type WorkloadTokenContent = {
  readonly workloadName: string;
  readonly user?: WorkloadUser;
  readonly userToken?: string;
};

export type LocalWorkloadTokens = WorkloadTokens & {
  /** @returns undefined for a token that is not of this process, was changed or has ended. */
  read(token: string): WorkloadTokenContent | undefined;
};

type Issued = { readonly token: string; readonly until: number };

/** Makes the tokens of one process. The same workload and user get the same token while half its life is left. */
export function createWorkloadTokens(options: WorkloadTokensOptions): LocalWorkloadTokens {
  const { now, lifeMs = LIFE_MS, maxTokens = MAX_TOKENS } = options;
  const contents = createExpiringMap<WorkloadTokenContent>(now, maxTokens);
  const issued = createExpiringMap<Issued>(now, maxTokens);

  function make(content: WorkloadTokenContent): Issued {
    const made = { token: newHandle(), until: now() + lifeMs };
    contents.set(digest(made.token), Object.freeze(content), made.until);
    return made;
  }

  return {
    issue(workloadName: string, user?: WorkloadUser, userToken?: string) {
      const owner = keyOf([workloadName, userKey(user), userToken === undefined ? null : digest(userToken)]);
      const known = issued.get(owner);
      if (known !== undefined && known.until - now() > lifeMs / 2 && contents.get(digest(known.token)))
        return known.token;
      const made = make({
        workloadName,
        ...(user === undefined ? {} : { user }),
        ...(userToken === undefined ? {} : { userToken }),
      });
      issued.set(owner, made, made.until);
      return made.token;
    },
    read: (token) => contents.get(digest(token)),
  };
}

/** A user as a key: the two kinds never meet, and an issuer cannot pass for a part of a subject. */
export const userKey = (user: WorkloadUser | undefined): readonly string[] | null => {
  if (user === undefined) return null;
  return user.kind === 'jwt' ? ['jwt', user.iss, user.sub] : ['id', user.userId];
};
