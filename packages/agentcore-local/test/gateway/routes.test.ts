import { describe, expect, it } from 'vitest';
import { metadataUrlOf, routeOf } from '../../src/gateway/routes.ts';

const ID = 'demo-abcdefghij';

describe('routeOf', () => {
  it.each([
    [`/gateways/${ID}/mcp`, 'mcp'],
    [`/.well-known/oauth-protected-resource/gateways/${ID}/mcp`, 'metadata'],
    [`/gateways/${ID}/.well-known/oauth-protected-resource`, 'metadata'],
  ])('%s is %s', (path, kind) => {
    expect(routeOf(path)).toEqual({ kind, gatewayId: ID });
  });

  it.each([
    `//gateways/${ID}/mcp`,
    `/gateways//${ID}/mcp`,
    `/gateways/${ID}//mcp`,
    `/gateways/${ID}/mcp/`,
    `/gateways/${ID}/./mcp`,
    `/gateways/${ID}/MCP`,
    `/Gateways/${ID}/mcp`,
    `/gateways/${ID}/mcp%2f`,
    `/gateways/${ID}%2fmcp`,
    `/gateways/${ID}/%6dcp`,
    `/gateways/${ID}/mcp;x`,
    `/gateways/${ID}/mcp/tools`,
    '/gateways/DEMO-abcdefghij/mcp',
    '/gateways/%64emo-abcdefghij/mcp',
    `/gateways/${ID}/.well-known/oauth-protected-resource/`,
    `/gateways/${ID}/.well-known/openid-configuration`,
    `/.well-known/oauth-protected-resource/gateways/${ID}`,
  ])('%s is ours and misspelt', (path) => {
    expect(routeOf(path)).toEqual({ kind: 'misspelt' });
  });

  it.each([
    '/gateways/',
    '/gateways',
    `/gateways/${ID}/`,
    `/gateways/${ID}`,
    `/gateways/${ID}/targets/`,
    `/gateways/${ID}/targets/MCP1234567`,
    `/gateways/${ID}/synchronize`,
    '/gateways/mcp',
    `/gateways/${ID}/mcp-like`,
    '/runtimes/arn/invocations',
    '/.well-known/oauth-protected-resource/runtimes/arn/invocations',
    '/us-east-1_pool/.well-known/openid-configuration',
    '/%',
  ])('%s is another service’s', (path) => {
    expect(routeOf(path)).toBeUndefined();
  });

  it('names the metadata document by path insertion', () => {
    const url = new URL(metadataUrlOf('http://127.0.0.1:4566', ID));
    expect(routeOf(url.pathname)).toEqual({ kind: 'metadata', gatewayId: ID });
  });
});
