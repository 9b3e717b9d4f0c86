/** The form of a decision table, before anything in it is looked up. Every message says what to write. */
import { err, ok, type Result } from '@secure-agent/contracts';
import { z } from 'zod';
import type { YamlPath } from './yaml-text.ts';

/** 10:00 on a Monday, UTC: within office hours wherever a policy asks for them. */
export const DEFAULT_AT = '2026-11-23T10:00:00Z';

const ROW_KEYS = 'who, tool, input, at, expect, by, because';
const TABLE_KEYS = 'about, tool, input, cases';

/** zod's own record leaves out a member named `__proto__`; a claim or an argument may have that name. */
const members = (error: string) =>
  z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error },
  );

const sentence = (key: string) =>
  z.string({ error: `${key} is one sentence` }).min(1, `${key} is one sentence`);
const toolName = z.string({ error: 'tool is a name such as Target___tool' });
const input = members('input is a mapping of argument names to values');

const strict =
  (what: string, keys: string) =>
  (issue: { readonly code?: string; readonly keys?: readonly string[] }): string =>
    issue.code === 'unrecognized_keys'
      ? `unknown key ${(issue.keys ?? []).join(', ')}: ${what} takes ${keys}`
      : `${what} is a mapping with ${keys}`;

const WHO =
  'who is the name of a role, or { role: <name>, claims: { <claim>: <value, or null to remove it> } }';

const who = z.union([z.string(), z.strictObject({ role: z.string(), claims: members(WHO) })], { error: WHO });

const row = z.strictObject(
  {
    who,
    tool: toolName.optional(),
    input: input.optional(),
    at: z.iso.datetime({ offset: true, error: `at is a time such as ${DEFAULT_AT}` }).optional(),
    expect: z.enum(['allow', 'deny'], { error: 'expect is allow or deny' }),
    by: z.array(z.string({ error: 'by holds names of policies' }), {
      error: 'by is a list of policies such as [managers_send_mail]; [] where none applies',
    }),
    because: sentence('because'),
  },
  { error: strict('a case', ROW_KEYS) },
);

const table = z.strictObject(
  {
    about: sentence('about'),
    tool: toolName.optional(),
    input: input.optional(),
    cases: z
      .array(row, { error: 'cases is a list of cases' })
      .min(1, 'cases is empty: a table without a case proves nothing, so write one or delete the file'),
  },
  { error: strict('a table', TABLE_KEYS) },
);

/** The whole file. */
export type CaseTable = z.infer<typeof table>;
/** One case as it is written. */
export type CaseRow = z.infer<typeof row>;

type FormProblem = { readonly path: YamlPath; readonly message: string };

/** Checks the form alone. Unknown keys are refused: a misspelt `input` would leave a case with nothing to decide about. */
export function caseTable(value: unknown): Result<CaseTable, readonly FormProblem[]> {
  const parsed = table.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.map((issue) => ({
      path: [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].filter(
        (key) => typeof key !== 'symbol',
      ),
      message: issue.message,
    })),
  );
}
