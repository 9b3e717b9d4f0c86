/** One deployment of the system: its stage, its place, and the names that follow from both. */
import { createHash } from 'node:crypto';
import { SynthesisError } from './synthesis-error.ts';

/** Account and region. Always concrete: a template that says where it goes cannot be deployed elsewhere by mistake. */
export type Environment = { readonly account: string; readonly region: string };

/** Where a synthesis without an AWS environment is for: the local AWS. No account has this number. */
export const LOCAL_ENVIRONMENT: Environment = { account: '000000000000', region: 'us-east-1' };

/** Stage of the local AWS. */
export const LOCAL_STAGE = 'local';
/** Stage of a synthesis that names none. */
export const DEFAULT_STAGE = 'dev';

/** Stages whose data may go with the stack. Every other stage keeps it, and refuses to be deleted. */
const DISPOSABLE = new Set([LOCAL_STAGE, DEFAULT_STAGE]);

/** Whether a stage keeps its data: what this repository calls production. */
export const keepsData = (stage: string): boolean => !DISPOSABLE.has(stage);

/** Longest stage, so that the longest application name (31 characters) still fits AgentCore's 48. */
const STAGE_PATTERN = /^[a-z][a-z0-9]{0,15}$/;
const ACCOUNT_PATTERN = /^[0-9]{12}$/;
const REGION_PATTERN = /^[a-z]{2}(-[a-z]+)+-[0-9]$/;
/** Words that a Cognito domain prefix must not hold. Source: cognito-user-pools-assign-domain-prefix. */
const RESERVED_IN_DOMAIN = /aws|amazon|cognito/;

export type Stage = {
  readonly name: string;
  readonly environment: Environment;
  /** Whether data goes with the stack. */
  readonly disposable: boolean;
  /** Name with hyphens: stack, gateway. */
  readonly dashed: string;
  /** Name with underscores: runtime, policy engine, whose names take no hyphen. */
  readonly underscored: string;
  /** Prefix of the sign-in domain: unique among all AWS accounts, the same at every synthesis, no account number in it. */
  readonly domainPrefix: string;
};

function check(application: string, name: string, { account, region }: Environment): void {
  if (!STAGE_PATTERN.test(name)) {
    throw new SynthesisError(
      'stage_invalid',
      `Stage "${name}" must be 1 to 16 lower-case letters or digits and start with a letter.`,
    );
  }
  if (!ACCOUNT_PATTERN.test(account) || !REGION_PATTERN.test(region)) {
    throw new SynthesisError(
      'environment_invalid',
      `"${account}/${region}" is not an account of 12 digits and a region such as us-east-1.`,
    );
  }
  if (RESERVED_IN_DOMAIN.test(`${application}${name}`)) {
    throw new SynthesisError(
      'configuration_invalid',
      `Cognito refuses a domain prefix that holds aws, amazon or cognito: rename "${application}" or "${name}".`,
    );
  }
}

/**
 * Derives a stage's names.
 * @param application - the configuration's application, at most 31 characters.
 * @throws SynthesisError `stage_invalid`, `environment_invalid`, `configuration_invalid`.
 */
export function stageOf(application: string, name: string, environment: Environment): Stage {
  check(application, name, environment);
  const dashed = `${application}-${name}`;
  const unique = createHash('sha256').update(`${environment.account}/${environment.region}/${dashed}`);
  return {
    name,
    environment,
    disposable: !keepsData(name),
    dashed,
    underscored: dashed.replaceAll('-', '_'),
    domainPrefix: `${dashed}-${unique.digest('hex').slice(0, 10)}`,
  };
}
