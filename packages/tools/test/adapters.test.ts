/** The AWS clients as they are, against a server that shows what they send. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KMSClient } from '@aws-sdk/client-kms';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureLine } from '../src/adapters/failure-log.ts';
import { createKmsVerifyMac } from '../src/adapters/kms-verify-mac.ts';
import { createSesSendMail } from '../src/adapters/ses-send-mail.ts';

type Answer = { status: number; body: object };

let server: Server;
let answer: Answer;
let seen: { path: string | undefined; target: unknown; body: unknown }[];
const config = () => ({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  maxAttempts: 1,
});

beforeEach(async () => {
  seen = [];
  server = createServer(async (request: IncomingMessage, response) => {
    const body: unknown = JSON.parse(await text(request));
    seen.push({ path: request.url, target: request.headers['x-amz-target'], body });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('VerifyMac in KMS', () => {
  const verify = () => createKmsVerifyMac(new KMSClient(config()), 'key-1')('v1.abc', new Uint8Array(32));

  it('asks with HMAC_SHA_256 and believes only a yes', async () => {
    answer = { status: 200, body: { MacValid: true } };
    expect(await verify()).toBe(true);
    expect(seen).toEqual([
      {
        path: '/',
        target: 'TrentService.VerifyMac',
        body: {
          KeyId: 'key-1',
          MacAlgorithm: 'HMAC_SHA_256',
          Message: Buffer.from('v1.abc').toString('base64'),
          Mac: Buffer.alloc(32).toString('base64'),
        },
      },
    ]);
    answer = { status: 200, body: {} };
    expect(await verify()).toBe(false);
  });

  it('takes KMSInvalidMacException for a no', async () => {
    answer = { status: 400, body: { __type: 'KMSInvalidMacException' } };
    expect(await verify()).toBe(false);
  });

  it('takes nothing else for an answer', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException' } };
    await expect(verify()).rejects.toThrow();
  });
});

describe('SendEmail in SES', () => {
  it('has one recipient, the fixed sender, both parts and nothing more', async () => {
    answer = { status: 200, body: { MessageId: 'm-1' } };
    const send = createSesSendMail(new SESv2Client(config()), 'reports@example.com');
    const mail = { to: 'eve@example.com', subject: 'S', html: '<p>x</p>', text: 'x' };
    expect(await send(mail)).toEqual({ messageId: 'm-1' });
    expect(seen).toEqual([
      {
        path: '/v2/email/outbound-emails',
        target: undefined,
        body: {
          FromEmailAddress: 'reports@example.com',
          Destination: { ToAddresses: ['eve@example.com'] },
          Content: {
            Simple: {
              Subject: { Data: 'S', Charset: 'UTF-8' },
              Body: {
                Html: { Data: '<p>x</p>', Charset: 'UTF-8' },
                Text: { Data: 'x', Charset: 'UTF-8' },
              },
            },
          },
        },
      },
    ]);
  });
});

describe('the log of a failure', () => {
  it('is one line with the name and the place, without the message', () => {
    const line = failureLine(new RangeError('salary canary\n    at canary (file.ts:1)'));
    expect(line).not.toContain('canary');
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ level: 'error', error: 'RangeError' });
    expect(JSON.parse(line).frames.length).toBeGreaterThan(0);
  });

  it('holds nothing of a thrown value that is no error', () => {
    expect(failureLine('canary')).toBe('{"level":"error","error":"string","frames":[]}\n');
  });
});
