/**
 * Every AWS service takes requests that are signed as they are, for it, now, by a key that exists, and nothing else. What
 * a signed caller may do is IAM's business, which is not simulated; only the key policies of KMS are, because the caller
 * assertion rests on them.
 */
import { readFileSync } from 'node:fs';
import type { AccessKey } from '@secure-agent/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  goodDraft,
  isGood,
  knock,
  opens,
  operatorKey,
  physicalIdOf,
  portOf,
  SIGNED_AS,
  SIGNED_DOORS,
  type SignedDoor,
} from '../support/doors.ts';
import { filesBelow } from '../support/files.ts';
import { bodyOf, type Received, send } from '../support/http.ts';
import { type Draft, type Signing, signed } from '../support/sigv4.ts';
import { leaksIn } from '../support/stored.ts';
import type { TestSystem } from '../support/system.ts';

/** Tells the key of its own role: what a function that was taken over would send away. */
export const TELLTALE = `
export const handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
});`;

const inMinutes = (minutes: number): number => Date.now() + minutes * 60_000;

type Forgery = {
  readonly what: string;
  readonly forge: (door: SignedDoor) => Promise<Draft>;
  readonly type: 'MissingAuthenticationTokenException' | 'InvalidSignatureException';
  readonly doors?: readonly SignedDoor[];
};

/** AWS JSON has the error's type in the body, restJson1 in a header. */
function errorTypeOf(answer: Received): unknown {
  const body = bodyOf(answer);
  return typeof body === 'object' && body !== null && '__type' in body
    ? body.__type
    : answer.headers['x-amzn-errortype'];
}

/** @param running - the system, once it is started, with {@link TELLTALE} for the program of `ReportTarget`. */
export function signatures(running: () => TestSystem): void {
  const port = (): number => portOf(running().world.outputs.endpoint);

  /** The good request of a door, signed as it should be but for `changes`. */
  async function signedDraft(door: SignedDoor, changes: Partial<Signing> = {}): Promise<Draft> {
    const { region } = running().world.outputs;
    const usual = { key: operatorKey(running()), service: SIGNED_AS[door], region };
    return signed(await goodDraft(running(), door), { ...usual, ...changes });
  }

  const FORGERIES: readonly Forgery[] = [
    {
      what: 'without a signature',
      forge: (door) => goodDraft(running(), door),
      type: 'MissingAuthenticationTokenException',
    },
    {
      what: 'with a bearer token',
      async forge(door) {
        const draft = await goodDraft(running(), door);
        const authorization = `Bearer ${await running().world.tokens.person('anna')}`;
        return { ...draft, headers: { ...draft.headers, authorization } };
      },
      type: 'MissingAuthenticationTokenException',
    },
    {
      what: 'signed with another secret',
      forge: (door) =>
        signedDraft(door, { key: { ...operatorKey(running()), secretAccessKey: 'x'.repeat(40) } }),
      type: 'InvalidSignatureException',
    },
    {
      what: 'signed with a key that nobody has',
      forge: (door) =>
        signedDraft(door, { key: { ...operatorKey(running()), accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } }),
      type: 'InvalidSignatureException',
    },
    {
      what: 'whose body was altered',
      async forge(door) {
        const draft = await signedDraft(door);
        return { ...draft, body: `${draft.body} ` };
      },
      type: 'InvalidSignatureException',
      doors: SIGNED_DOORS.filter((door) => door !== 'decisions'),
    },
    {
      what: 'whose address was altered',
      async forge(door) {
        const draft = await signedDraft(door);
        return { ...draft, path: `${draft.path}?a=b` };
      },
      type: 'InvalidSignatureException',
    },
    {
      what: 'signed 6 minutes ago',
      forge: (door) => signedDraft(door, { now: inMinutes(-6) }),
      type: 'InvalidSignatureException',
    },
    {
      what: 'signed 6 minutes from now',
      forge: (door) => signedDraft(door, { now: inMinutes(6) }),
      type: 'InvalidSignatureException',
    },
    {
      what: 'signed for another service',
      forge: (door) => signedDraft(door, { service: 's3' }),
      type: 'InvalidSignatureException',
    },
    {
      what: 'signed for another region',
      forge: (door) => signedDraft(door, { region: 'eu-west-1' }),
      type: 'InvalidSignatureException',
    },
  ];

  describe.each(FORGERIES)('a call $what', ({ forge, type, doors = SIGNED_DOORS }) => {
    test.each(doors)('is refused by %s', async (door) => {
      const answer = await send(port(), await forge(door));
      expect([answer.status, errorTypeOf(answer)]).toEqual([door === 'cognito' ? 400 : 403, type]);
      expect(isGood(door, answer)).toBe(false);
      expect(leaksIn(running(), answer.text)).toEqual([]);
    });
  });

  test.each(SIGNED_DOORS)(
    'a call signed as it should be, now or 4 minutes ago, is answered by %s',
    async (door) => {
      expect(isGood(door, await send(port(), await signedDraft(door)))).toBe(true);
      expect(isGood(door, await send(port(), await signedDraft(door, { now: inMinutes(-4) })))).toBe(true);
    },
  );

  test('nobody needs a signature to sign in, to get a machine token', async () => {
    expect(await opens(running(), 'sign-in')).toBe(true);
    expect(await opens(running(), 'token')).toBe(true);
  });

  describe("the key of a tool's role", () => {
    let role: AccessKey;

    beforeAll(async () => {
      const name = physicalIdOf(running(), 'AWS::Lambda::Function', 'ReportTarget');
      const path = `/2015-03-31/functions/${name}/invocations`;
      const answer = await knock(running(), 'lambda', { change: (good) => ({ ...good, path }) });
      role = JSON.parse(answer.text);
      expect(role.accessKeyId).toMatch(/^LOCL[A-Z2-7]{16}$/);
    });

    const MESSAGE = {
      Message: Buffer.from('maria asks').toString('base64'),
      MacAlgorithm: 'HMAC_SHA_256',
    };
    const MAC = { Mac: Buffer.alloc(32).toString('base64') };

    const kms = (operation: string, input: object, key?: AccessKey): Promise<Received> => {
      const KeyId = physicalIdOf(running(), 'AWS::KMS::Key');
      const target = { 'x-amz-target': `TrentService.${operation}` };
      const body = JSON.stringify({ KeyId, ...input });
      return knock(running(), 'kms', {
        key,
        change: (good) => ({ ...good, headers: { ...good.headers, ...target }, body }),
      });
    };

    test('checks a caller assertion and cannot make one', async () => {
      expect(errorTypeOf(await kms('GenerateMac', MESSAGE, role))).toBe('AccessDeniedException');
      expect(errorTypeOf(await kms('VerifyMac', { ...MESSAGE, ...MAC }, role))).toBe(
        'KMSInvalidMacException',
      );
    });

    test('is what decides: the operator, who may do more, can do neither', async () => {
      expect(errorTypeOf(await kms('GenerateMac', MESSAGE))).toBe('AccessDeniedException');
      expect(errorTypeOf(await kms('VerifyMac', { ...MESSAGE, ...MAC }))).toBe('AccessDeniedException');
      expect((await kms('DescribeKey', {})).status).toBe(200);
    });

    test('signs for one service at a time: a request to one is not taken by another', async () => {
      const forKms = await signedDraft('kms', { key: role });
      const headers = { ...forKms.headers, 'x-amz-target': 'DynamoDB_20120810.ListTables' };
      // Its signature holds, so IAM is asked, which does not let this role do that.
      expect(errorTypeOf(await send(port(), forKms))).toBe('AccessDeniedException');
      const replayed = await send(port(), { ...forKms, headers });
      expect([replayed.status, errorTypeOf(replayed)]).toEqual([403, 'InvalidSignatureException']);
    });

    test('is kept nowhere: it ends with the system', () => {
      const files = filesBelow(running().folder);
      expect(files.length).toBeGreaterThan(8);
      expect(files.filter((file) => readFileSync(file, 'latin1').includes(role.secretAccessKey))).toEqual([]);
    });
  });
}
