/** The gateway's targets: what the catalogue says of each, and what its function may touch. */
import type { Configuration, HrTargetEnvironment, ReportTargetEnvironment } from '@secure-agent/contracts';
import { type CatalogueTarget, catalogue, type TargetName } from '@secure-agent/tools/catalogue';
import type { Construct } from 'constructs';
import type { Bundles } from './bundle.ts';
import { ApiTarget } from './constructs/api-target.ts';
import type { CallerKey } from './constructs/caller-key.ts';
import type { CallerIdentity } from './constructs/callers.ts';
import type { Data } from './constructs/data.ts';
import type { ToolGateway } from './constructs/gateway.ts';
import type { NamedTarget } from './constructs/policy.ts';
import { ToolTarget } from './constructs/tool-target.ts';
import type { Api } from './open-api/index.ts';
import { SynthesisError } from './synthesis-error.ts';

export type TargetsProps = {
  readonly company: Configuration['company'];
  readonly bundles: Pick<Bundles, 'hrTarget' | 'reportTarget'>;
  /** REST APIs of the configuration. */
  readonly apis: readonly Api[];
  readonly identity: CallerIdentity;
  readonly gateway: ToolGateway;
  readonly callerKey: CallerKey;
  readonly data: Data;
  /** Whether logs go with the stack. */
  readonly disposable: boolean;
};

/** The construct adds the rest of a target's environment. */
type Own<T> = Record<Exclude<keyof T, 'TARGET_NAME' | 'CALLER_KEY_ID'>, string>;

function described(name: TargetName): CatalogueTarget {
  const found = catalogue.find(({ target }) => target === name);
  if (found) return found;
  throw new SynthesisError('catalogue_invalid', `The catalogue has no target "${name}".`);
}

function hrTarget(scope: Construct, props: TargetsProps): ToolTarget {
  const { target: name, description, tools } = described('HrTarget');
  const { gateway, callerKey, data, disposable } = props;
  const environment = { TABLE_NAME: data.table.tableName } satisfies Own<HrTargetEnvironment>;
  const code = props.bundles.hrTarget;
  const target = new ToolTarget(scope, name, {
    gateway,
    name,
    description,
    tools,
    code,
    callerKey,
    environment,
    disposable,
  });
  data.allowRows(target);
  return target;
}

function reportTarget(scope: Construct, props: TargetsProps): ToolTarget {
  const { target: name, description, tools } = described('ReportTarget');
  const { gateway, callerKey, company, data, disposable } = props;
  const environment = {
    MAIL_SENDER: company.sender,
    MAIL_DOMAIN: company.domain,
  } satisfies Own<ReportTargetEnvironment>;
  const code = props.bundles.reportTarget;
  const target = new ToolTarget(scope, name, {
    gateway,
    name,
    description,
    tools,
    code,
    callerKey,
    environment,
    disposable,
  });
  data.allowMail(target);
  return target;
}

/** Every target of the catalogue (rows for HR, mail for reports, and neither for the other) and every configured API. */
export const targets = (scope: Construct, props: TargetsProps): readonly NamedTarget[] => [
  hrTarget(scope, props),
  reportTarget(scope, props),
  ...props.apis.map((api) => new ApiTarget(scope, `Api-${api.name}`, { ...props, api })),
];
