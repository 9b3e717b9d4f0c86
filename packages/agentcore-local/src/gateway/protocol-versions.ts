/** Versions of the Model Context Protocol that AgentCore Gateway knows (devguide gateway-using). */

type ProtocolVersion = {
  readonly version: string;
  /** Whether a client starts with `initialize`. From 2026-07-28 on there is none: each request says its version. */
  readonly handshake: boolean;
  /** Whether the local gateway speaks it. */
  readonly served: boolean;
};

/** Newest first. */
export const PROTOCOL_VERSIONS: readonly ProtocolVersion[] = [
  { version: '2026-07-28', handshake: false, served: false },
  { version: '2025-11-25', handshake: true, served: true },
  { version: '2025-06-18', handshake: true, served: true },
  { version: '2025-03-26', handshake: true, served: true },
];

/** What CDK's `GatewayProtocol.mcp()` writes when nothing is said; the service's own default is not documented. */
export const DEFAULT_SUPPORTED_VERSIONS: readonly string[] = ['2025-03-26'];

/** Of the versions that a gateway lists, those that the local one speaks, newest first. */
export const servedVersions = (listed: readonly string[]): string[] =>
  PROTOCOL_VERSIONS.filter((entry) => entry.served && listed.includes(entry.version)).map(
    (entry) => entry.version,
  );

/**
 * The version that `initialize` agrees on: the client's if the gateway supports it, else the gateway's newest.
 * The client then decides whether it can go on (MCP 2025-11-25, basic/lifecycle).
 * @param supported - newest first, not empty.
 */
export const negotiateVersion = (asked: string, supported: readonly string[]): string | undefined =>
  supported.includes(asked) ? asked : supported[0];
