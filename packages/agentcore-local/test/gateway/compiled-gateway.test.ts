/** A change of the registry: what is compiled anew, what is kept, and when an engine gives back its memory. */
import { err } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { type CompiledGateway, createCompiledGateways } from '../../src/gateway/compiled-gateway.ts';
import { GatewayMisconfigured } from '../../src/gateway/misconfigured.ts';
import type { GatewayRecord } from '../../src/ports.ts';
import {
  BASE_RECORD,
  ENDPOINT,
  ENGINE_ARN,
  GATEWAY_ID,
  lambdaTarget,
  NOW,
  POLICIES,
  TOOLS,
} from './support.ts';

const notAsked = (): never => {
  throw new Error('not asked');
};

function registryOf(first: GatewayRecord) {
  let record: GatewayRecord | undefined = first;
  let revision = 1;
  const gateways = createCompiledGateways(
    {
      gateway: (id) => (id === GATEWAY_ID ? record : undefined),
      targets: () => [lambdaTarget('Report', TOOLS)],
      policies: () => POLICIES,
      revision: () => revision,
    },
    {
      lambdas: { invoke: notAsked },
      vault: { oauth2Token: notAsked, apiKey: notAsked },
      workloadTokens: { issue: notAsked },
      credentials: { ofRole: notAsked },
      fetch: notAsked,
      now: () => NOW,
      region: 'us-east-1',
      endpoint: ENDPOINT,
      verifiedTokenCacheSize: 0,
      verifySignature: async () => err({ kind: 'unsigned', message: '' }),
      iam: { allows: () => false },
      onError: notAsked,
    },
  );
  return {
    gateways,
    change(next: GatewayRecord | undefined) {
      record = next;
      revision += 1;
    },
  };
}

const RECORD = { ...BASE_RECORD, policyEngineConfiguration: { arn: ENGINE_ARN, mode: 'ENFORCE' as const } };

/** A gateway in use until it is released. */
function leased(gateways: ReturnType<typeof registryOf>['gateways']) {
  const done = Promise.withResolvers<void>();
  const seen: CompiledGateway[] = [];
  const work = gateways.use(GATEWAY_ID, (gateway) => {
    if (!(gateway instanceof GatewayMisconfigured)) seen.push(gateway);
    return done.promise;
  });
  const [gateway] = seen;
  if (gateway === undefined) throw new Error('not served');
  const release = async () => {
    done.resolve();
    await work;
  };
  return { gateway, release, fail: () => done.reject(new Error('failed')), work };
}

const question = { principal: { sub: 's', claims: {} }, now: NOW };
const isDisposed = ({ policy }: CompiledGateway): boolean => {
  try {
    policy?.engine?.visibleTools(question);
    return false;
  } catch {
    return true;
  }
};

describe('createCompiledGateways', () => {
  it('compiles once, and again after a change', async () => {
    const { gateways, change } = registryOf(RECORD);
    const first = leased(gateways).gateway;
    expect(leased(gateways).gateway).toBe(first);
    change(RECORD);
    expect(leased(gateways).gateway).not.toBe(first);
  });

  it('disposes the engine of before when nobody uses it', async () => {
    const { gateways, change } = registryOf(RECORD);
    const { gateway, release } = leased(gateways);
    await release();
    expect(isDisposed(gateway)).toBe(false);
    change(RECORD);
    leased(gateways);
    expect(isDisposed(gateway)).toBe(true);
  });

  it('leaves the engine to requests under way, and disposes it after the last', async () => {
    const { gateways, change } = registryOf(RECORD);
    const [one, other] = [leased(gateways), leased(gateways)];
    change(RECORD);
    const next = leased(gateways);
    await one.release();
    expect(isDisposed(one.gateway)).toBe(false);
    await other.release();
    expect(isDisposed(one.gateway)).toBe(true);
    expect(isDisposed(next.gateway)).toBe(false);
  });

  it('disposes at the end, of what is in use when it is released', async () => {
    const { gateways } = registryOf(RECORD);
    const { gateway, release } = leased(gateways);
    gateways.dispose();
    expect(isDisposed(gateway)).toBe(false);
    await release();
    expect(isDisposed(gateway)).toBe(true);
  });

  it('keeps authenticator and sessions through a change that is not theirs', async () => {
    const { gateways, change } = registryOf(RECORD);
    const { gateway } = leased(gateways);
    change({ ...RECORD, exceptionLevel: 'DEBUG' });
    const after = leased(gateways).gateway;
    expect(after.authenticator).toBe(gateway.authenticator);
    expect(after.sessions).toBe(gateway.sessions);
  });

  it('forgets the sessions of a gateway that was deleted', async () => {
    const { gateways, change } = registryOf(RECORD);
    const { gateway } = leased(gateways);
    change(undefined);
    expect(gateways.use(GATEWAY_ID, async () => 1)).toBeUndefined();
    change(RECORD);
    expect(leased(gateways).gateway.sessions).not.toBe(gateway.sessions);
  });

  it('lets go of a gateway when the work fails', async () => {
    const { gateways, change } = registryOf(RECORD);
    const { gateway, fail, work } = leased(gateways);
    change(RECORD);
    leased(gateways);
    fail();
    await expect(work).rejects.toThrow('failed');
    expect(isDisposed(gateway)).toBe(true);
  });
});
