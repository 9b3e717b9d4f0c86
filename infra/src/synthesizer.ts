/** How assets are named and published: the CDK's modern bootstrap, without its rule in every template. */
import { DefaultStackSynthesizer, type IReusableStackSynthesizer } from 'aws-cdk-lib';

/**
 * No `CheckBootstrapVersion` rule: it adds a parameter that reads an SSM parameter, which only an AWS account has. The
 * CDK CLI checks the bootstrap version before it deploys anyway, from the assembly's manifest.
 */
export const synthesizer = (): IReusableStackSynthesizer =>
  // The library is not compiled under exactOptionalPropertyTypes: its class does not fit its own interface otherwise.
  new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IReusableStackSynthesizer;
