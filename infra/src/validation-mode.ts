/**
 * How the service analyses a policy when it is created (API_CreatePolicy, validationMode), and why. The schema is checked
 * in both modes; the analysis also reports what allows or denies too much.
 */
import { SynthesisError } from './synthesis-error.ts';

const VALIDATION_MODES = ['FAIL_ON_ANY_FINDINGS', 'IGNORE_ALL_FINDINGS'] as const;
/** As the service spells it. */
export type ValidationMode = (typeof VALIDATION_MODES)[number];

/** The mode of one policy. */
export type Validation = {
  readonly mode: ValidationMode;
  /** Kept in the template beside the policy. */
  readonly reason: string;
};

/** What is asked of a policy file. */
type Headed = {
  readonly name: string;
  /** Its text, header included. */
  readonly statement: string;
  readonly effect: 'permit' | 'forbid';
};

/** Of a policy whose header does not say. */
const BY_EFFECT: Readonly<Record<Headed['effect'], Validation>> = {
  permit: {
    mode: 'FAIL_ON_ANY_FINDINGS',
    reason: 'A permit that allows everyone, or nobody, is a mistake: any finding refuses it.',
  },
  forbid: {
    mode: 'IGNORE_ALL_FINDINGS',
    reason:
      'A forbid that takes a tool away from a role is reported as overly restrictive, which is its purpose.',
  },
};

const LINE = /^\/\/ Validation:(.*)$/gm;
/** Mode, a dash, and words. */
const FORM = /^ ([A-Z_]+) [—-] (\S.*)$/;
/** Shortest text that can be a reason. */
const SHORTEST_REASON = 20;

const refuse = (name: string, why: string): SynthesisError =>
  new SynthesisError('policy_invalid', `policies/${name}.cedar: ${why}`);

function read(name: string, text: string): Validation {
  const [, word, reason = ''] = FORM.exec(text) ?? [];
  const mode = VALIDATION_MODES.find((one) => one === word);
  if (mode !== undefined && reason.length >= SHORTEST_REASON) return { mode, reason };
  throw refuse(
    name,
    `"// Validation:" is followed by one of ${VALIDATION_MODES.join(', ')}, a dash and a reason of at least ${SHORTEST_REASON} characters.`,
  );
}

/**
 * What a policy's header says in its line `// Validation: IGNORE_ALL_FINDINGS — reason`; without one, what its effect has.
 * So a permit is only ever created over findings where somebody wrote down why.
 * @throws SynthesisError `policy_invalid` for two lines, for an unknown mode and for a line without a reason.
 */
export function validationOf({ name, statement, effect }: Headed): Validation {
  const [line, ...others] = [...statement.matchAll(LINE)].map(([, text = '']) => text);
  if (others.length > 0) throw refuse(name, 'the header has more than one "// Validation:" line.');
  return line === undefined ? BY_EFFECT[effect] : read(name, line);
}
