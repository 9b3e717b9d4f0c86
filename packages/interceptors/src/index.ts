/** The gateway's interceptors: bind the verified caller to a tool call, hide the field that carries it. */
export { type Call, type SignMac, signCaller, withoutReserved } from './bind-caller.ts';
export { createRequestInterceptor, type Interceptor, type RequestInterceptorPorts } from './request.ts';
export { interceptResponse } from './response.ts';
