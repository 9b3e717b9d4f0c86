/** Where a system's decisions are read: the local log, signed as the person at this machine, or CloudWatch. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ClientError } from '@secure-agent/client';
import type { AccessKey, AnyOutputs } from '@secure-agent/contracts';
import { cloudWatchDecisions, type DecisionSource, localDecisions } from '@secure-agent/operations';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { STATE } from '../paths.ts';
import { settingsOf } from '../phase/system.ts';

/** A GET signed for the decision log. Source: IAM user guide, reference_sigv. */
async function signedGet(url: URL, region: string, credentials: AccessKey): Promise<Response> {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const request = new HttpRequest({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
  });
  // The host is the address's own: fetch writes it.
  const { host: _host, ...headers } = (await signer.sign(request)).headers;
  return fetch(url, { headers, redirect: 'error' });
}

async function readLog(decisionsUrl: string, outputs: AnyOutputs, since: string): Promise<string> {
  const { region, credentials } = settingsOf(STATE, outputs);
  if (credentials === undefined) throw new ClientError('no_system', 'The outputs name no local system.');
  const url = new URL(decisionsUrl);
  url.searchParams.set('since', since);
  const response = await signedGet(url, region, credentials);
  if (response.ok) return response.text();
  throw new ClientError('no_system', `The decision log answered ${response.status}. Start the system again.`);
}

/** @returns the source, and what lets go of its connections. */
export function openDecisions(outputs: AnyOutputs): { readonly source: DecisionSource; close(): void } {
  const { decisionsUrl, gatewayArn, region } = outputs;
  if (decisionsUrl !== undefined) {
    return { source: localDecisions((since) => readLog(decisionsUrl, outputs, since)), close() {} };
  }
  const logs = new CloudWatchLogsClient({ region });
  return { source: cloudWatchDecisions(logs, gatewayArn), close: () => logs.destroy() };
}
