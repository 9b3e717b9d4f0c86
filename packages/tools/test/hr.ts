import { createApproveLeave } from '../src/approve-leave/run.ts';
import { createGetLeaveBalance } from '../src/get-leave-balance/run.ts';
import { createGetSalary } from '../src/get-salary/run.ts';
import { createRequestLeave } from '../src/request-leave/run.ts';
import type { PeopleStore } from '../src/stores/people-store.ts';
import { dispatcherOf } from './support.ts';

/** `HrTarget` over a store, with request ids that count. */
export function hrTarget(people: PeopleStore) {
  let count = 0;
  const randomBytes = (size: number) => {
    count += 1;
    return new Uint8Array(size).fill(count);
  };
  return dispatcherOf({
    target: 'HrTarget',
    tools: [
      createGetLeaveBalance(people),
      createRequestLeave({ people, randomBytes }),
      createApproveLeave(people),
      createGetSalary(people),
    ],
  });
}

/** The id that the nth request of an employee gets. */
export const requestId = (employeeId: string, nth = 1): string =>
  `${employeeId}-${nth.toString(16).padStart(2, '0').repeat(12)}`;
