/** Stacks for tests: assemblies in memory, and the places where they run. */
import type { Json } from '@secure-agent/contracts';
import type { StackContext } from '../../src/ports.ts';
import type { Assembly, Template, TemplateResource } from '../../src/template/assembly.ts';

export type TestResource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, Json>>;
  readonly DependsOn?: readonly string[];
  readonly Condition?: string;
};

const resourceOf = ({ Properties = {}, DependsOn = [], ...rest }: TestResource): TemplateResource => ({
  ...rest,
  Properties: { ...Properties },
  DependsOn: [...DependsOn],
});

/** A template as `readAssembly` gives it. */
export const templateOf = (
  resources: Readonly<Record<string, TestResource>>,
  rest: Partial<Omit<Template, 'Resources'>> = {},
): Template => ({
  ...{ Parameters: {}, Conditions: {}, Mappings: {}, Outputs: {} },
  ...rest,
  Resources: Object.fromEntries(Object.entries(resources).map(([id, one]) => [id, resourceOf(one)])),
});

const PLACE = { stackName: 'Agent', account: '000000000000', region: 'us-east-1' };

export const contextAt = (endpoint = 'http://127.0.0.1:4566'): StackContext => ({ ...PLACE, endpoint });

export const assemblyOf = (
  resources: Readonly<Record<string, TestResource>>,
  rest: Partial<Omit<Template, 'Resources'>> = {},
): Assembly => ({ ...PLACE, template: templateOf(resources, rest), asset: (hash) => `/assets/${hash}` });
