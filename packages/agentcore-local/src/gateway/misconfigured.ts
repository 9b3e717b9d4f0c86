/** A gateway that cannot be served as its record says. The message names the setting, never an ARN or a token. */
export class GatewayMisconfigured extends Error {
  override readonly name = 'GatewayMisconfigured';
}
