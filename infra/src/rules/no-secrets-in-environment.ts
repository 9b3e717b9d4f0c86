import { member, type Rule, where } from './rule.ts';

/** A JWT, an AWS access key id, a PEM key; or a variable whose name says that a secret is in it. */
const VALUE = /eyJ[\w-]{8,}\.eyJ|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY/;
const NAME = /(?:^|_)(?:SECRET|PASSWORD|TOKEN|API_?KEY|PRIVATE_KEY)(?:_VALUE)?$/i;

const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Function': ['Environment', 'Variables'],
  'AWS::BedrockAgentCore::Runtime': ['EnvironmentVariables'],
};

const holdsSecret = (variables: unknown): boolean =>
  Object.entries(Object(variables)).some(
    ([name, value]) => NAME.test(name) || VALUE.test(JSON.stringify(value)) || readsSecret(value),
  );

/** A client's secret that the template resolves stands in clear in the function's configuration. */
const readsSecret = (value: unknown): boolean =>
  /"Fn::GetAtt":\[[^\]]*"ClientSecret"\]|\{\{resolve:secretsmanager/.test(JSON.stringify(value));

export const noSecretsInEnvironment: Rule = {
  id: 'no-secrets-in-environment',
  title: 'No token or secret stands in an environment variable.',
  fix: 'Read it at run time from the token vault or Secrets Manager: variables are shown to whoever may read the configuration.',
  check: (template) =>
    Object.entries(VARIABLES).flatMap(([type, path]) =>
      where(template, type, (properties) => holdsSecret(member(properties, ...path))),
    ),
};
