/** Versions of the Model Context Protocol that AgentCore Gateway knows (devguide gateway-using). */

type ProtocolVersion = {
  readonly version: string;
  /** Whether a client starts with `initialize`. From 2026-07-28 on there is none: each request says its version. */
  readonly handshake: boolean;
};

/** Newest first. */
export const PROTOCOL_VERSIONS: readonly ProtocolVersion[] = [
  { version: '2026-07-28', handshake: false },
  { version: '2025-11-25', handshake: true },
  { version: '2025-06-18', handshake: true },
  { version: '2025-03-26', handshake: true },
];

/**
 * Where a gateway names none. The service's own default is not documented; these are what `get-gateway` was seen to show
 * of a gateway that was made without (a published report of July 2026).
 */
export const DEFAULT_SUPPORTED_VERSIONS: readonly string[] = ['2025-11-25', '2025-03-26'];

const HANDSHAKE_VERSIONS = new Set(
  PROTOCOL_VERSIONS.filter(({ handshake }) => handshake).map(({ version }) => version),
);

/** Of the versions that a gateway lists, those that exist, newest first. */
export const servedVersions = (listed: readonly string[]): string[] =>
  PROTOCOL_VERSIONS.map(({ version }) => version).filter((version) => listed.includes(version));

/** Whether each request of this version stands alone and says so in its headers and its `_meta`. */
export const isStateless = (version: string): boolean => !HANDSHAKE_VERSIONS.has(version);

/**
 * The version that `initialize` agrees on: the client's if the gateway supports it, else the gateway's newest that begins
 * with `initialize`. The client then decides whether it can go on (MCP 2025-11-25, basic/lifecycle).
 * @param supported - newest first.
 * @returns undefined where the gateway supports none that begins so.
 */
export function negotiateVersion(asked: string, supported: readonly string[]): string | undefined {
  const possible = supported.filter((version) => HANDSHAKE_VERSIONS.has(version));
  return possible.includes(asked) ? asked : possible[0];
}
