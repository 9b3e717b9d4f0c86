/** Lambda entry of `HrTarget`. */
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { hrTargetEnvironment } from '@secure-agent/contracts';
import { logFailure } from './adapters/failure-log.ts';
import { createKmsVerifyMac } from './adapters/kms-verify-mac.ts';
import { createApproveLeave } from './approve-leave/run.ts';
import { createDispatcher } from './dispatch.ts';
import { createGetLeaveBalance } from './get-leave-balance/run.ts';
import { createGetSalary } from './get-salary/run.ts';
import { createRequestLeave } from './request-leave/run.ts';
import { createDynamoDbPeopleStore } from './stores/dynamodb-people-store.ts';

const env = hrTargetEnvironment.parse(process.env);
const people = createDynamoDbPeopleStore(DynamoDBDocumentClient.from(new DynamoDBClient({})), env.TABLE_NAME);

/** Answers one tool call: the event is the arguments map, the context names the tool. */
export const handler = createDispatcher({
  target: env.TARGET_NAME,
  tools: [
    createGetLeaveBalance(people),
    createRequestLeave({ people, randomBytes }),
    createApproveLeave(people),
    createGetSalary(people),
  ],
  verifyMac: createKmsVerifyMac(new KMSClient({}), env.CALLER_KEY_ID),
  now: () => Date.now() / 1000,
  reportFailure: logFailure,
});
