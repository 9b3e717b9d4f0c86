/**
 * `secure-agent.config.json`: roles, scopes, people, machines and names, defined once. The stack, the trigger, the
 * seed data and the demo read it.
 */
import { z } from 'zod';
import { DISCOVERY_SUFFIX } from './authorizer-config.ts';

/** Longest description of a gateway target (API_CreateGatewayTarget). */
const MAX_DESCRIPTION = 200;

const word = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be a lower-case word of at most 31 characters');
const email = z.email().max(254);

const employee = z.strictObject({
  id: z.string().regex(/^E[0-9]{3,6}$/),
  name: z.string().min(1).max(100),
  /** The employee id of this person's manager. */
  manager: z.string().optional(),
  leaveDays: z.number().int().min(0).max(60),
  /** Gross per year, whole euros. */
  salary: z.number().int().positive(),
});

const person = z.strictObject({
  username: word,
  /** What the person is, for tables that people read. */
  title: z.string().min(1),
  group: word,
  tenant: word,
  email,
  employee,
});

const tracing = {
  /** Log what the model is given and which tool arguments it makes: prompts and personal data. Off unless asked for. */
  traceInput: z.boolean().optional(),
};

const model = z.discriminatedUnion('provider', [
  /** A deterministic planner over the tools it is given. Not a language model. */
  z.strictObject({ provider: z.literal('offline'), ...tracing }),
  z.strictObject({ provider: z.literal('bedrock'), modelId: z.string().min(1), ...tracing }),
]);

/** https; or http where this machine itself answers, which is for tests. */
const SERVER_URL = /^https:\/\/[^\s?#]+$|^http:\/\/127\.0\.0\.1:[0-9]{1,5}(?:\/[^\s?#]*)?$/;

/** A REST API behind the gateway, which it calls with a token of its own: never with the caller's. */
const openApiTarget = z.strictObject({
  /** Name of the gateway target and of its credential provider. */
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, 'must be 1 to 64 letters and digits, a letter first'),
  description: z.string().min(1).max(MAX_DESCRIPTION),
  /** Takes the place of the servers that the specification names. */
  serverUrl: z.string().regex(SERVER_URL, 'must be https, or http on 127.0.0.1, without query and fragment'),
  /** OpenAPI 3.0 or 3.1 as JSON, relative to the repository's root. */
  specification: z.string().regex(/\.json$/, 'must name a JSON file'),
  /** Identifier of the API as an OAuth resource server: the part of its scopes before the slash. */
  resourceServer: word,
  /** Scope name to what it is for; the gateway asks for all of them. */
  scopes: z
    .record(word, z.string().min(1))
    .refine((scopes) => Object.keys(scopes).length > 0, 'must name at least one scope'),
});

/** Client ids and audiences stand in variables that separate them by commas and spaces. */
const identifiers = z
  .array(z.string().regex(/^[^\s,]{1,255}$/, 'holds a space or a comma, or is too long'))
  .min(1);

/**
 * A company's own OpenID Connect provider, in place of a user pool. Its access tokens are JWTs signed with RS256 that
 * carry `client_id`, `sub`, `scope` with this configuration's full scopes and, for people, `tenant` and `employee_id`.
 */
const identityProvider = z.strictObject({
  /** https; or http where this machine itself answers, which is for tests. */
  discoveryUrl: z
    .string()
    .regex(
      /^(?:https:\/\/[^\s?#]+|http:\/\/127\.0\.0\.1:[0-9]{1,5}(?:\/[^\s?#]*)?)\/\.well-known\/openid-configuration$/,
      `must be https and end in ${DISCOVERY_SUFFIX}`,
    ),
  /** Clients that people sign in at: the only ones that the runtime admits. */
  peopleClients: identifiers,
  /** Clients of machines, which the gateway admits beside people's. @default none */
  machineClients: identifiers.optional(),
  /** Audiences of which a token names at least one. @default not looked at */
  audience: identifiers.optional(),
});

/** As `infra` has it: no dot and no slash, so that the name stays a name. */
const stage = z.string().regex(/^[a-z][a-z0-9]{0,15}$/, 'must be a stage: a letter, then letters and digits');

/**
 * How far a stage is in its roll-out. `sigv4`: both doors take AWS signatures alone. `jwt`: both take tokens, and nothing
 * decides about single calls. `policy`: tokens, and policies in the mode of `policies/rollout.json`.
 */
export const configuredPhase = z.enum(['sigv4', 'jwt', 'policy']);
export type ConfiguredPhase = z.infer<typeof configuredPhase>;

export const configuration = z
  .strictObject({
    $comment: z.string().optional(),
    /** Part of names that take no two hyphens in a row and none at the end (API_CreateGateway, name). */
    application: word.regex(/^[a-z](?:-?[a-z0-9])*$/, 'must not end in a hyphen or hold two in a row'),
    company: z.strictObject({ domain: z.hostname(), sender: email }),
    /** Identifier of the OAuth resource server: a plain word, the part of a scope before the slash. */
    resourceServer: word,
    /** Scope name to what it is for. */
    scopes: z.record(word, z.string().min(1)),
    /** Group name to the scopes its members get. */
    groups: z.record(word, z.array(word).min(1)),
    people: z.array(person).min(1),
    /** Machine clients (client-credentials grant): one per role. */
    machines: z.record(word, z.array(word).min(1)),
    model,
    /** What the runtime runs: an arm64 image, or the bundle as a zip archive on the service's Node 22. @default container */
    artifact: z.enum(['container', 'zip']).optional(),
    /** `customer`: a KMS key of the stack's own over table, logs and gateway. @default keys of the services */
    encryption: z.enum(['service', 'customer']).optional(),
    /** Stage to the phase of its roll-out; refused for a stage that keeps its data. @default policy, for every stage */
    phases: z.record(stage, configuredPhase).optional(),
    /** What is for development alone: a stage that keeps its data is refused with any of it. @default none */
    development: z
      .strictObject({
        /** AuthorizerType NONE: the gateway asks nobody who calls. Tools refuse such a call; names of tools are told. */
        gatewayWithoutAuthorizer: z.literal(true),
      })
      .optional(),
    /** @default a user pool of the stack's own */
    identityProvider: identityProvider.optional(),
    /** SNS topic that alarms go to. @default alarms are only shown in the console */
    alarmTopicArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$/,
        'must be the ARN of an SNS topic',
      )
      .optional(),
    /** REST APIs that become tools of the gateway. @default none */
    openApiTargets: z.array(openApiTarget).optional(),
  })
  .superRefine((config, context) => {
    const problem = (message: string, path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path });
    for (const holder of ['groups', 'machines'] as const) {
      for (const [name, scopes] of Object.entries(config[holder])) {
        for (const scope of scopes) {
          if (!Object.hasOwn(config.scopes, scope))
            problem(`scope "${scope}" is not defined`, [holder, name]);
        }
      }
    }
    const ids = new Set(config.people.map((entry) => `${entry.tenant}/${entry.employee.id}`));
    if (ids.size !== config.people.length) problem('two people share an employee id', ['people']);
    config.people.forEach((entry, index) => {
      if (!Object.hasOwn(config.groups, entry.group))
        problem(`group "${entry.group}" is not defined`, ['people', index]);
      const boss = entry.employee.manager;
      if (boss !== undefined && !ids.has(`${entry.tenant}/${boss}`)) {
        problem(`manager "${boss}" is nobody of this tenant`, ['people', index]);
      }
    });
    const apis = config.openApiTargets ?? [];
    if (config.identityProvider !== undefined && apis.length > 0) {
      problem('need the user pool of the stack, which makes their clients', ['openApiTargets']);
    }
    const { machineClients = [], peopleClients = [] } = config.identityProvider ?? {};
    if (machineClients.some((client) => peopleClients.includes(client))) {
      problem('a client is for people or for machines', ['identityProvider']);
    }
    if (new Set(apis.map(({ name }) => name.toLowerCase())).size !== apis.length) {
      problem('two targets share a name', ['openApiTargets']);
    }
    const servers = [config.resourceServer, ...apis.map(({ resourceServer }) => resourceServer)];
    if (new Set(servers).size !== servers.length) {
      problem('every API has a resource server of its own', ['openApiTargets']);
    }
    if (!config.company.sender.endsWith(`@${config.company.domain}`)) {
      problem('the sender is not at the company domain', ['company', 'sender']);
    }
  });

export type Configuration = z.infer<typeof configuration>;
export type Person = Configuration['people'][number];
export type OpenApiTarget = z.infer<typeof openApiTarget>;

/** `hr` and `read` to `hr/read`: how a token spells a scope of the resource server. */
export const fullScope = (config: Pick<Configuration, 'resourceServer'>, scope: string): string =>
  `${config.resourceServer}/${scope}`;
