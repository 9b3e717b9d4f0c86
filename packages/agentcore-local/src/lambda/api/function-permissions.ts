/** Statements of functions' resource policies: those of the template, and those that the API added, which are kept. */
import { z } from 'zod';
import type { StateStore } from '../../ports.ts';
import type { Functions } from '../functions.ts';
import type { FunctionPermission } from '../permission-handler.ts';

const storedPermission = z.strictObject({
  statementId: z.string(),
  functionName: z.string(),
  action: z.string(),
  principal: z.string(),
  sourceArn: z.string().optional(),
  sourceAccount: z.string().optional(),
});
export type StoredPermission = z.infer<typeof storedPermission>;

export type FunctionPermissions = {
  /** Statements about a function, by id. */
  of(name: string): ReadonlyMap<string, FunctionPermission>;
  /** Whether the template made the statement: the API cannot remove it. */
  isOfStack(statementId: string): boolean;
  add(one: StoredPermission): void;
  remove(name: string, statementId: string): void;
  removeAll(name: string): void;
  all(): readonly FunctionPermission[];
};

function permissionOf({ functionName, action, principal, sourceArn, sourceAccount }: StoredPermission) {
  const one: FunctionPermission = {
    ...{ functionName, action, principal },
    ...(sourceArn === undefined ? {} : { sourceArn }),
    ...(sourceAccount === undefined ? {} : { sourceAccount }),
  };
  return one;
}

/** @param ofStack - statements of the template, by physical id. */
export function createFunctionPermissions(
  ofStack: ReadonlyMap<string, FunctionPermission>,
  functions: Functions,
  state: StateStore,
): FunctionPermissions {
  const section = state.section('lambda-permissions', z.array(storedPermission), []);
  const keep = (wanted: (one: StoredPermission) => boolean): void =>
    section.write(section.read().filter(wanted));
  return {
    of(name) {
      const template = [...ofStack].filter(([, one]) => functions.find(one.functionName)?.name === name);
      const added = section.read().filter((one) => one.functionName === name);
      return new Map([...template, ...added.map((one) => [one.statementId, permissionOf(one)] as const)]);
    },
    isOfStack: (statementId) => ofStack.has(statementId),
    add: (one) => section.write([...section.read(), one]),
    remove: (name, id) => keep((one) => one.functionName !== name || one.statementId !== id),
    removeAll: (name) => keep((one) => one.functionName !== name),
    all: () => [...ofStack.values(), ...section.read().map(permissionOf)],
  };
}
