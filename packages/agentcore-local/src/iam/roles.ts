/** The roles of a stack and the policies attached to them, as the template has them. */
import type { NamedPolicy } from './evaluate.ts';
import type { PolicyDocument } from './policy-document.ts';

export type Role = {
  readonly name: string;
  readonly arn: string;
  readonly inline: readonly { readonly name: string; readonly document: PolicyDocument }[];
  readonly managedPolicyArns: readonly string[];
  /** ARN of the managed policy that bounds what the others can allow. */
  readonly permissionsBoundary?: string;
};

/** `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy`. */
export type AttachedPolicy = {
  /** Name, or ARN of a managed policy. */
  readonly id: string;
  readonly document: PolicyDocument;
  readonly roleNames: readonly string[];
};

export type PoliciesOfRole = {
  readonly role: Role;
  readonly policies: readonly NamedPolicy[];
  /** Undefined where there is no boundary; empty where it is not known, which allows nothing. */
  readonly boundary?: readonly NamedPolicy[];
  /** Managed policies that the stack does not have, such as AWS's own: they allow nothing here. */
  readonly unknownPolicies: readonly string[];
};

export interface Roles {
  putRole(role: Role): void;
  removeRole(name: string): void;
  putPolicy(policy: AttachedPolicy): void;
  removePolicy(id: string): void;
  /** A role by its ARN, or by the ARN of a session of it. */
  find(principalArn: string): PoliciesOfRole | undefined;
}

const SESSION = /^arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role\/([^/]+)\/[^/]+$/;

const named = (name: string, document: PolicyDocument): NamedPolicy => ({ name, document, kind: 'identity' });

/** Whether an ARN names a role: itself, or a session, which has the role's name but not its path. */
function isOf({ name, arn }: Role, principalArn: string): boolean {
  if (arn === principalArn) return true;
  const [, partition, account, sessionOf] = SESSION.exec(principalArn) ?? [];
  return sessionOf === name && arn.startsWith(`arn:${partition}:iam::${account}:role/`);
}

export function createRoles(): Roles {
  const roles = new Map<string, Role>();
  const policies = new Map<string, AttachedPolicy>();

  function policiesOf(role: Role): PoliciesOfRole {
    const managed = role.managedPolicyArns.map((arn) => ({ arn, found: policies.get(arn) }));
    const attached = [...policies.values()].filter(({ roleNames }) => roleNames.includes(role.name));
    const all = new Set([...attached, ...managed.flatMap(({ found }) => found ?? [])]);
    const { permissionsBoundary } = role;
    const boundary = permissionsBoundary === undefined ? undefined : policies.get(permissionsBoundary);
    return {
      role,
      policies: [
        ...role.inline.map(({ name, document }) => named(`${role.name}/${name}`, document)),
        ...[...all].map(({ id, document }) => named(id, document)),
      ],
      ...(permissionsBoundary === undefined
        ? {}
        : { boundary: boundary === undefined ? [] : [named(boundary.id, boundary.document)] }),
      unknownPolicies: managed.filter(({ found }) => found === undefined).map(({ arn }) => arn),
    };
  }

  return {
    putRole: (role) => {
      roles.set(role.name, role);
    },
    removeRole: (name) => {
      roles.delete(name);
    },
    putPolicy: (policy) => {
      policies.set(policy.id, policy);
    },
    removePolicy: (id) => {
      policies.delete(id);
    },
    find(principalArn) {
      const role = [...roles.values()].find((one) => isOf(one, principalArn));
      return role && policiesOf(role);
    },
  };
}
