/** Which service a statement of a function's resource policy lets invoke it. */
import { expect, test } from 'vitest';
import { letsIn } from '../../src/lambda/permission-handler.ts';

const POOL = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a';
const cognito = {
  principal: 'cognito-idp.amazonaws.com',
  sourceArn: POOL,
  sourceAccount: '000000000000',
};
const statement = {
  ...{ functionName: 'f', action: 'lambda:InvokeFunction', principal: 'cognito-idp.amazonaws.com' },
  ...{ sourceArn: POOL, sourceAccount: '000000000000' },
};

test.each([
  ['as it is', {}, true],
  ['every pool, by a star', { sourceArn: POOL.replace('us-east-1_a', '*') }, true],
  ['every action', { action: 'lambda:*' }, true],
  ['another action', { action: 'lambda:GetFunction' }, false],
  ['another service', { principal: 's3.amazonaws.com' }, false],
  ['another pool', { sourceArn: `${POOL}b` }, false],
  ['a pool of which this is a part', { sourceArn: POOL.slice(0, -1) }, false],
  ['a dot is a dot', { sourceArn: POOL.replace('_', '.') }, false],
  ['another account', { sourceAccount: '111111111111' }, false],
])('%s', (_id, change, allowed) => {
  expect(letsIn({ ...statement, ...change }, cognito)).toBe(allowed);
});
