import { accessKey } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { createCredentials } from '../../src/credentials/index.ts';

const AGENT = 'arn:aws:iam::000000000000:role/agent';
const TOOL = 'arn:aws:iam::000000000000:role/tool';

describe('access keys', () => {
  it('gives a role one key, and every role its own', () => {
    const credentials = createCredentials();
    const key = credentials.ofRole(AGENT);
    expect(credentials.ofRole(AGENT)).toEqual(key);
    expect(credentials.ofRole(TOOL).accessKeyId).not.toBe(key.accessKeyId);
    expect(credentials.ofRole(TOOL).secretAccessKey).not.toBe(key.secretAccessKey);
    expect(credentials.find(key.accessKeyId)).toEqual({ secretAccessKey: key.secretAccessKey, arn: AGENT });
  });

  it('makes new keys at every start', () => {
    expect(createCredentials().ofRole(AGENT)).not.toEqual(createCredentials().ofRole(AGENT));
    expect(createCredentials().operator).not.toEqual(createCredentials().operator);
  });

  it('makes keys of the shared form that no one takes for keys of AWS', () => {
    const key = createCredentials().ofRole(AGENT);
    expect(accessKey.parse(key)).toEqual(key);
    expect(key.accessKeyId).toMatch(/^LOCL[A-Z2-7]{16}$/);
    expect(Buffer.from(key.secretAccessKey, 'base64url')).toHaveLength(30);
  });

  it("keeps the operator's key of an earlier start", () => {
    const { operator } = createCredentials();
    const again = createCredentials({ operator, account: '111122223333' });
    expect(again.operator).toEqual(operator);
    expect(again.find(operator.accessKeyId)).toEqual({
      secretAccessKey: operator.secretAccessKey,
      arn: 'arn:aws:iam::111122223333:user/operator',
    });
  });

  it.each(['unknown', '__proto__', 'constructor', ''])('finds nobody under %j', (id) => {
    expect(createCredentials().find(id)).toBeUndefined();
  });
});
