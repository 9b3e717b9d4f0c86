/** What a system keeps, and what it must never say. */
import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { TestSystem } from './system.ts';

/** Every row, mail and user, as one text: equal when nothing was lost and nothing was added. */
export async function stored({ world }: TestSystem): Promise<string> {
  const { evidence, clients, outputs } = world;
  const [rows, mails, users] = await Promise.all([
    evidence.rows(),
    evidence.mails(),
    clients.cognito.send(new ListUsersCommand({ UserPoolId: outputs.userPoolId })),
  ]);
  const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).toSorted();
  return JSON.stringify([sorted(rows), sorted(mails), sorted(users.Users ?? [])], undefined, 1);
}

/** A stack frame, a place in a source file, a path of this machine. */
const INSIDE = [
  /\n\s*at .*[:(]/,
  /\.[cm]?[jt]s\b/,
  /file:\/\//,
  /node_modules/,
  /(?<![\w%])\/(?:home|root|tmp|usr|var|work|Users)\//,
];

/**
 * What an answer says that no caller may see: passwords, client secrets, the operator's secret key, and where and how
 * the server runs. Empty when all is well.
 */
export function leaksIn({ system }: TestSystem, text: string): readonly string[] {
  const { passwords, clientSecrets, operator } = system.secrets;
  const secret = [
    ...Object.entries(passwords).map(([name, value]) => [`password of ${name}`, value] as const),
    ...Object.entries(clientSecrets).map(([name, value]) => [`secret of ${name}`, value] as const),
    ['secret key of the operator', operator?.secretAccessKey ?? ''] as const,
  ];
  return [
    ...secret.filter(([, value]) => value !== '' && text.includes(value)).map(([name]) => name),
    ...INSIDE.filter((pattern) => pattern.test(text)).map(String),
  ];
}
