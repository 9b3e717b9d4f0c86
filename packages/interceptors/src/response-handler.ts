/** Lambda entry of the RESPONSE interceptor. */
import type { InterceptorOutput } from '@secure-agent/contracts';
import { report } from './report.ts';
import { interceptResponse } from './response.ts';

/** Hides the caller field in one gateway response. */
export const handler = async (event: unknown): Promise<InterceptorOutput> =>
  interceptResponse(event, report('response'));
