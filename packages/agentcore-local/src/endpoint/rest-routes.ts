/** Finds the operation that a REST request means, in a table of a service's routes. */
import type { RequestHead } from '../ports.ts';

export type RoutedRequest = {
  readonly operation: string;
  /** What stands in the path, still percent-encoded. */
  readonly segments: readonly string[];
};

type Route = {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** `name=value` that must be in the query. */
  readonly query: string | undefined;
};

function parseRoute(line: string): Route {
  const [operation = '', method = '', template = ''] = line.trim().split(' ');
  const [path = '', query] = template.split('?');
  return { operation, method, path: new RegExp(`^${path.replaceAll('{}', '([^/]+)')}/?$`), query };
}

/**
 * @param table - lines of `Operation METHOD /path/{}?name=value`; the first that fits has the request.
 * @returns a function that gives the operation, or undefined where the service has none.
 */
export function restRoutes(table: string): (head: RequestHead) => RoutedRequest | undefined {
  const routes = table.trim().split('\n').map(parseRoute);
  return ({ method, path, search }) => {
    for (const route of routes) {
      const found = route.method === method ? route.path.exec(path) : null;
      const asked = route.query === undefined || search.split('&').includes(route.query);
      if (found && asked) return { operation: route.operation, segments: found.slice(1) };
    }
    return undefined;
  };
}
