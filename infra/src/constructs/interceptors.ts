/** The gateway's two interceptors: one binds the verified caller to a call, one hides the field that carries it. */
import type { RequestInterceptorEnvironment } from '@secure-agent/contracts';
import { Duration } from 'aws-cdk-lib';
import { type IInterceptor, LambdaInterceptor } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { Bundles } from '../bundle.ts';
import { BundledFunction } from './bundled-function.ts';
import type { CallerKey } from './caller-key.ts';
import { type Callers, jwtVariables } from './callers.ts';

/** An interceptor holds up every call of the gateway. */
const TIMEOUT = Duration.seconds(5);

export interface InterceptorsProps {
  /** Folder of each interceptor's bundle. */
  readonly bundles: Pick<Bundles, 'requestInterceptor' | 'responseInterceptor'>;
  /** Whose tokens the gateway admits: the interceptor verifies them again. */
  readonly callers: Callers;
  readonly callerKey: CallerKey;
  /** Names of targets that are other systems. */
  readonly externalTargets: readonly string[];
  /** Whether logs go with the stack. */
  readonly disposable: boolean;
}

export class Interceptors extends Construct {
  /** For the gateway. It passes request headers to the REQUEST interceptor alone: the bearer token is one of them. */
  readonly configuration: IInterceptor[];
  readonly functions: readonly BundledFunction[];

  constructor(scope: Construct, id: string, props: InterceptorsProps) {
    super(scope, id);
    const { callerKey, disposable } = props;
    const request = new BundledFunction(this, 'Request', {
      code: props.bundles.requestInterceptor,
      description: 'Gateway REQUEST interceptor: binds the verified caller to the call',
      timeout: TIMEOUT,
      disposable,
      environment: this.#variables(props),
    });
    callerKey.allowSigning(request);
    const response = new BundledFunction(this, 'Response', {
      code: props.bundles.responseInterceptor,
      description: 'Gateway RESPONSE interceptor: hides the caller field from tool lists',
      timeout: TIMEOUT,
      disposable,
    });
    this.functions = [request, response];
    this.configuration = [
      LambdaInterceptor.forRequest(request.function, { passRequestHeaders: true }),
      LambdaInterceptor.forResponse(response.function, { passRequestHeaders: false }),
    ];
  }

  #variables({ callers, callerKey, externalTargets }: InterceptorsProps): Record<string, string> {
    return {
      ...jwtVariables(callers),
      CALLER_KEY_ID: callerKey.keyId,
      ...(externalTargets.length === 0 ? {} : { EXTERNAL_TARGETS: externalTargets.join(',') }),
    } satisfies Partial<Record<keyof RequestInterceptorEnvironment, string>>;
  }
}
