/** Which operation a request is: the routes of the SDK's model. */
import { ControlError } from '../control-error.ts';
import type { SdkOperation } from './sdk-operations.ts';

export type Matched = {
  readonly operation: SdkOperation;
  /** Values of the path's labels, decoded. */
  readonly labels: ReadonlyMap<string, string>;
};

export type Router = (method: string, path: string) => Matched | undefined;

type Route = { readonly operation: SdkOperation; readonly segments: readonly string[] };

/** A slash at the end makes no difference: the SDK's collections have one, its other paths have none. */
const segmentsOf = (path: string): readonly string[] => path.replace(/\/$/, '').split('/');

const labelOf = (segment: string): string | undefined => /^\{(.+)\}$/.exec(segment)?.[1];

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ControlError('ValidationException', 'The path is not well encoded', { reason: 'CannotParse' });
  }
}

const fits = ({ segments }: Route, given: readonly string[]): boolean =>
  segments.every((segment, at) =>
    labelOf(segment) === undefined ? segment === given[at] : given[at] !== undefined && given[at] !== '',
  );

const literals = ({ segments }: Route): number =>
  segments.filter((segment) => labelOf(segment) === undefined).length;

const keyOf = (method: string, segments: readonly string[]): string => `${method} ${segments.length}`;

/** @param operations - of the SDK. Where two fit, the one with more fixed segments has the request. */
export function routerOf(operations: readonly SdkOperation[]): Router {
  const byKey = new Map<string, Route[]>();
  for (const operation of operations) {
    const segments = segmentsOf(operation.path);
    const key = keyOf(operation.method, segments);
    byKey.set(key, [...(byKey.get(key) ?? []), { operation, segments }]);
  }
  for (const routes of byKey.values()) routes.sort((a, b) => literals(b) - literals(a));
  return (method, path) => {
    const given = segmentsOf(path);
    const route = byKey.get(keyOf(method, given))?.find((one) => fits(one, given));
    if (route === undefined) return undefined;
    const labels = route.segments.flatMap((segment, at): [string, string][] => {
      const label = labelOf(segment);
      return label === undefined ? [] : [[label, decode(given[at] ?? '')]];
    });
    return { operation: route.operation, labels: new Map(labels) };
  };
}
