/** Every code that the check can report: those of a folder and its files, then the lint rules. */
import { LINT_RULES } from '../lint/index.ts';

export type CheckRule = { readonly code: string; readonly finds: string; readonly allowable: boolean };

const must = (code: string, finds: string): CheckRule => ({ code, finds, allowable: false });

const FORM: readonly CheckRule[] = [
  must(
    'parse_failed',
    'text that is not exactly one static Cedar policy: a syntax error, two statements, a template',
  ),
  must('byte_order_mark', 'a byte order mark at the beginning of a file'),
  must('carriage_return', 'a carriage return: lines end with LF'),
  must(
    'hidden_character',
    'a control, a turn of the direction of writing, or another character that nobody sees',
  ),
  must('unknown_annotation', 'an annotation: AgentCore gives none a meaning'),
  must('unsupported_feature', 'Dogwood, `context.output`, and forms of Cedar that the guide does not name'),
  must(
    'policy_name',
    'a file name that is no policy name: 1 to 48 letters, digits, underscores, a letter first',
  ),
  must('header', 'a header without `// Intent:`, `// Owner:` or `// Reason:`'),
  must('statement_length', 'a policy of fewer than 35 or more than 10 000 characters, or of more than 10 KB'),
  must('folder_size', 'more than 1000 policies, 200 KB of policies, or 400 KB of schema'),
  must('wildcard_resource', 'a bare `resource`'),
  must('resource_pairing', 'a named action without its gateway, or any action with one'),
  must('group_input', '`context.input` in a policy for a group of tools'),
  must('mixed_context', '`context.input` and `context.output` in one policy'),
  must('schema', 'what strict validation against the tools finds besides'),
  must(
    'invalid_allow',
    'an `// Allow:` line for no rule, for one that may not be allowed, or without a reason',
  ),
  must('unused_allow', 'an `// Allow:` line that allows nothing'),
  must('schema_file', 'a `schema.cedarschema` that is not what the tools give'),
  must(
    'description_form',
    'a tool whose description is not a sentence of what and one that begins "Use this when"',
  ),
  must(
    'description_similar',
    'two tools whose descriptions share too many words: a similarity of 0.8 or more',
  ),
  must('description_hidden', 'characters in a description that only a model sees'),
  must('description_orders', 'markup or orders to the model in a description'),
  must('description_length', 'a description of more than 1024, or a tool name of more than 256 characters'),
];

export const CHECK_RULES: readonly CheckRule[] = [
  ...FORM,
  ...LINT_RULES.map(({ code, finds, allowable }) => ({ code, finds, allowable })),
];
