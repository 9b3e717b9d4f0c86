/** Operations that make, change, show and remove functions. Source: Lambda API reference. */
import type { LocalRequest } from '../../ports.ts';
import { type ArchiveFile, readArchive } from '../archive.ts';
import { configuration } from './configuration.ts';
import { conflict, invalid } from './lambda-error.ts';
import { codeMembers, configurationMembers, createMembers, membersOf } from './members.ts';
import {
  type ApiContext,
  authorize,
  authorizedName,
  checkRevision,
  json,
  known,
  type Operation,
  sha256,
} from './operation.ts';
import type { StoredFunction } from './stored-function.ts';

type Code = {
  readonly files: readonly ArchiveFile[];
  readonly codeSha256: string;
  readonly codeSize: number;
};

async function codeOf(base64: string): Promise<Code> {
  const zipped = Buffer.from(base64, 'base64');
  const files = await readArchive(zipped);
  if (!files.ok) throw invalid(`Could not unzip uploaded file: ${files.error}.`);
  return { files: files.value, codeSha256: sha256(zipped), codeSize: zipped.length };
}

/** Whoever makes a function run as a role could do what the role may, so it must be theirs to pass. */
function authorizeRole(context: ApiContext, request: LocalRequest, role: string): void {
  if (role.split(':')[4] !== context.place.account) throw invalid('Cross-account pass role is not allowed.');
  authorize(context, request, 'iam:PassRole', role, { 'iam:PassedToService': 'lambda.amazonaws.com' });
}

const refuseSecond = ({ functions }: ApiContext, name: string): void => {
  if (functions.find(name)) throw conflict(`Function already exist: ${name}`);
};

const create: Operation = async (context, request) => {
  const members = membersOf(createMembers, request.body);
  const name = authorizedName(context, request, 'CreateFunction', members.FunctionName);
  authorizeRole(context, request, members.Role);
  refuseSecond(context, name);
  const { files, ...code } = await codeOf(members.Code.ZipFile);
  // Another one may have been made while the archive was read.
  refuseSecond(context, name);
  const stored = context.store.create(
    {
      ...{ name, ...code, tags: members.Tags, variables: members.Environment.Variables },
      ...{ description: members.Description, roleArn: members.Role, runtime: members.Runtime },
      ...{ handler: members.Handler, timeoutSeconds: members.Timeout, memorySize: members.MemorySize },
      architecture: members.Architectures[0] ?? 'x86_64',
    },
    files,
  );
  return json(201, configuration(known(context, name).record, stored));
};

/** @throws LambdaError for a function of the stack: the template is its only description. */
function changeable(context: ApiContext, name: string): StoredFunction {
  const { stored } = known(context, name);
  if (stored) return stored;
  throw conflict(`Function ${name} belongs to the stack. Change it there and start again.`);
}

const updateCode: Operation = async (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'UpdateFunctionCode', text);
  const members = membersOf(codeMembers, request.body);
  changeable(context, name);
  const { files, ...code } = await codeOf(members.ZipFile);
  // What is changed is the function as it is now that the archive is read.
  const before = changeable(context, name);
  checkRevision(members.RevisionId, before.revisionId);
  const draft = { ...before, ...code, architecture: members.Architectures?.[0] ?? before.architecture };
  const after = members.DryRun ? draft : context.store.update(before, draft, files);
  return json(200, configuration(known(context, name).record, after));
};

const updateConfiguration: Operation = (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'UpdateFunctionConfiguration', text);
  const members = membersOf(configurationMembers, request.body);
  const before = changeable(context, name);
  checkRevision(members.RevisionId, before.revisionId);
  if (members.Role !== undefined) authorizeRole(context, request, members.Role);
  const after = context.store.update(before, {
    ...before,
    description: members.Description ?? before.description,
    roleArn: members.Role ?? before.roleArn,
    runtime: members.Runtime ?? before.runtime,
    handler: members.Handler ?? before.handler,
    variables: members.Environment?.Variables ?? before.variables,
    timeoutSeconds: members.Timeout ?? before.timeoutSeconds,
    memorySize: members.MemorySize ?? before.memorySize,
  });
  return json(200, configuration(known(context, name).record, after));
};

/** @throws LambdaError for a query that asks for a version. */
function refuseQualifier({ search }: LocalRequest): void {
  const qualifier = new URLSearchParams(search).get('Qualifier');
  if (qualifier !== null && qualifier !== '$LATEST') {
    throw invalid('Qualifier is not supported locally: there are no versions and no aliases.');
  }
}

const remove: Operation = async (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'DeleteFunction', text);
  refuseQualifier(request);
  changeable(context, name);
  context.permissions.removeAll(name);
  await context.store.remove(name);
  return { status: 204 };
};

const getConfiguration: Operation = (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'GetFunctionConfiguration', text);
  refuseQualifier(request);
  const { record, stored } = known(context, name);
  return json(200, configuration(record, stored));
};

const get: Operation = (context, request, [text = '']) => {
  const name = authorizedName(context, request, 'GetFunction', text);
  refuseQualifier(request);
  const { record, stored } = known(context, name);
  return json(200, { Configuration: configuration(record, stored), Tags: stored?.tags ?? {} });
};

/** Most functions of a page. Source: Lambda API reference, ListFunctions, `MaxItems`. */
const PAGE = 50;

const markerOf = (name: string): string => Buffer.from(name).toString('base64url');

function pageOf(search: string): { readonly size: number; readonly after: string } {
  const query = new URLSearchParams(search);
  const size = Number(query.get('MaxItems') ?? PAGE);
  if (!Number.isInteger(size) || size < 1 || size > 10_000)
    throw invalid('MaxItems must be from 1 to 10000.');
  const marker = query.get('Marker') ?? '';
  const after = Buffer.from(marker, 'base64url').toString();
  if (markerOf(after) !== marker) throw invalid('Marker is none that a list gave.');
  return { size: Math.min(size, PAGE), after };
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

const list: Operation = (context, request) => {
  authorize(context, request, 'lambda:ListFunctions', '*');
  const { size, after } = pageOf(request.search);
  const rest = context.functions
    .list()
    .toSorted(byName)
    .filter(({ name }) => name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const more = last && rest.length > size ? { NextMarker: markerOf(last.name) } : {};
  const Functions = page.map((record) => configuration(record, context.store.find(record.name)));
  return json(200, { Functions, ...more });
};

export const functionOperations: Readonly<Record<string, Operation>> = {
  CreateFunction: create,
  UpdateFunctionCode: updateCode,
  UpdateFunctionConfiguration: updateConfiguration,
  DeleteFunction: remove,
  GetFunction: get,
  GetFunctionConfiguration: getConfiguration,
  ListFunctions: list,
};
