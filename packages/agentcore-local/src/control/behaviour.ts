/** Where AWS's own sources disagree or are silent about the control plane, and both answers are plausible. */
export type ControlBehaviour = {
  /**
   * Whether UpdateGateway may change the name. API_UpdateGateway says that it must equal the original; the
   * CloudFormation schema has no create-only property, so there it is updated in place.
   */
  readonly gatewayName: 'immutable' | 'updatable';
  /**
   * Whether UpdateGateway may change how callers are authenticated. The SDK's text speaks of the updated type; a gateway
   * whose authorizer cannot change must be made anew, which is how a careful deployment treats it.
   */
  readonly authorizerType: 'updatable' | 'immutable';
};

export const DEFAULT_BEHAVIOUR: ControlBehaviour = {
  gatewayName: 'immutable',
  authorizerType: 'updatable',
};
