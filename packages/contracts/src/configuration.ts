/**
 * `secure-agent.config.json`: roles, scopes, people, machines and names, defined once. The stack, the trigger, the
 * seed data and the demo read it.
 */
import { z } from 'zod';

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

export const configuration = z
  .strictObject({
    $comment: z.string().optional(),
    application: word,
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
    if (!config.company.sender.endsWith(`@${config.company.domain}`)) {
      problem('the sender is not at the company domain', ['company', 'sender']);
    }
  });

export type Configuration = z.infer<typeof configuration>;
export type Person = Configuration['people'][number];

/** `hr` and `read` to `hr/read`: how a token spells a scope of the resource server. */
export const fullScope = (config: Pick<Configuration, 'resourceServer'>, scope: string): string =>
  `${config.resourceServer}/${scope}`;
