/** The one check of a policy folder: the command, the synthesis and the tests call it. */
import { cedarSchemaFor, type PolicyTool } from '../../schema.ts';
import { LINT_RULES } from '../lint/index.ts';
import { reachOf } from '../lint/reach.ts';
import { type Folder, type Report, type Subject, subjectOf } from '../lint/rule.ts';
import type { Domain } from '../model/domain.ts';
import type { PolicyFile, PolicySource } from '../model/policy-file.ts';
import { agentCoreReports, type CodedReport } from './agentcore.ts';
import { applyAllowances } from './allow.ts';
import { type AllowedFinding, type Finding, fileOf, sortFindings } from './finding.ts';
import { statementPlace } from './header.ts';
import { checkSizes } from './limits.ts';
import { parseFolder } from './parse.ts';
import { placeAt } from './place.ts';
import { validationReports } from './validation.ts';

export type CheckOptions = {
  /** The files of the folder. */
  readonly sources: readonly PolicySource[];
  /** Every tool of the gateway. */
  readonly tools: readonly PolicyTool[];
  /** Makes the requests over which never-matching and shadowed policies are looked for; absent: their texts alone. */
  readonly domainOf?: (policies: readonly PolicyFile[]) => Domain;
};

export type PolicyCheck = {
  /** Every policy, or none at all where one of them cannot be read. */
  readonly policies: readonly PolicyFile[];
  /** By file, then from top to bottom. Empty: the folder may be deployed. */
  readonly findings: readonly Finding[];
  readonly allowed: readonly AllowedFinding[];
};

type FileFinding = Finding & { readonly policy: PolicyFile };

function placed(subject: Subject, { code, at, message, fix }: CodedReport): FileFinding {
  const { file } = subject;
  const place =
    at === undefined
      ? statementPlace(file.text)
      : placeAt(file.text, typeof at === 'number' ? at : subject.indexOf(at));
  return { code, file: fileOf(file), at: place, message, fix, policy: file };
}

const lintReports = (subject: Subject, tools: readonly PolicyTool[]): readonly CodedReport[] =>
  LINT_RULES.flatMap((rule) =>
    'check' in rule ? rule.check(subject, tools).map((report) => ({ ...report, code: rule.code })) : [],
  );

/** What one policy says by itself. Where our rules and strict validation find the same, ours says it. */
function ofFile(
  subject: Subject,
  tools: readonly PolicyTool[],
  validation: readonly CodedReport[],
): readonly FileFinding[] {
  const own = [...agentCoreReports(subject), ...lintReports(subject, tools)];
  const codes = new Set(own.map(({ code }) => code));
  // An input that tools do not share is what the group's own rule says already.
  const known = (code: string): boolean =>
    codes.has(code) || codes.has('group_input') || codes.has('mixed_context');
  const strict = validation.filter(({ code }) => !known(code));
  const all = [
    ...own,
    ...strict.filter(({ code }) => !(codes.has('unknown_action') && code === 'never_matches')),
  ];
  return all.map((report) => placed(subject, report));
}

/** A policy that is about no tool, or about no type that there is, meets no request for that reason. */
const isExplained = (one: Finding, single: readonly Finding[]): boolean =>
  one.code === 'never_matches' &&
  single.some(({ file, code }) => file === one.file && (code === 'unknown_action' || code === one.code));

/** What policies say together. */
function ofFolder(folder: Folder): readonly (Finding & { readonly policy?: PolicyFile })[] {
  const report = (
    code: string,
    { file, tool, message, fix }: Report & { file?: PolicyFile; tool?: string },
  ) => ({
    ...{ code, message, fix, file: file === undefined ? (tool ?? 'policies') : fileOf(file) },
    ...(file === undefined ? {} : { at: statementPlace(file.text), policy: file }),
  });
  return LINT_RULES.flatMap((rule) =>
    'checkFolder' in rule ? rule.checkFolder(folder).map((one) => report(rule.code, one)) : [],
  );
}

/** Rules that may need the domain to find what they find. */
const OF_FOLDER = new Set(LINT_RULES.flatMap((rule) => ('checkFolder' in rule ? [rule.code] : [])));

function judged(
  policies: readonly PolicyFile[],
  found: readonly (Finding & { policy?: PolicyFile })[],
  asked: { readonly domain: boolean },
): PolicyCheck {
  const isAsked = (code: string) => asked.domain || !OF_FOLDER.has(code);
  const plain = found.filter(({ policy }) => policy === undefined);
  const byFile = policies.map((file) => {
    const own = found.filter(({ policy }) => policy === file).map(({ policy: _, ...finding }) => finding);
    return applyAllowances(file, own, LINT_RULES, isAsked);
  });
  return {
    policies,
    findings: sortFindings([...plain, ...byFile.flatMap(({ findings }) => findings)]),
    allowed: sortFindings(byFile.flatMap(({ allowed }) => allowed)),
  };
}

/**
 * Checks a folder: that it can be read, AgentCore's own rules, strict validation against the tools, and the lint rules.
 * A file that cannot be read fails the folder, never that file alone.
 * @throws PolicyError `tool_unsupported` or `tool_duplicate` for tools that have no schema.
 */
export function checkPolicies({ sources, tools, domainOf }: CheckOptions): PolicyCheck {
  const schema = cedarSchemaFor(tools);
  const parsed = parseFolder(sources);
  if (!parsed.ok) return { policies: [], findings: sortFindings(parsed.error), allowed: [] };
  const policies = parsed.value;
  const subjects = policies.map(subjectOf);
  const sizes = checkSizes(
    policies.map(({ statement }) => statement),
    schema,
  ).map((size) => ({ ...size, code: 'folder_size', file: 'policies' }));
  const validation = validationReports(policies, schema);
  const single = subjects.flatMap((subject) => ofFile(subject, tools, validation.get(subject.file) ?? []));
  // No engine takes such a folder, and comparing its policies with one another takes minutes.
  if (sizes.length > 0) return judged(policies, [...sizes, ...single], { domain: false });
  const reach = domainOf === undefined ? {} : { reach: reachOf(policies, tools, domainOf(policies)) };
  const together = ofFolder({ subjects, tools, ...reach }).filter((one) => !isExplained(one, single));
  return judged(policies, [...single, ...together], { domain: domainOf !== undefined });
}
