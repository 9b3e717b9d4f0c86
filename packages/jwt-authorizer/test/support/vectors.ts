/** The authorizer's vectors, as they are written down. */
import { readFileSync } from 'node:fs';

export type VectorCell = {
  readonly id: string;
  readonly config: string;
  readonly why: string;
  readonly why_more?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: string | null;
  readonly headers?: 2;
  readonly query?: string;
  readonly key?: 'foreign' | 'rotated' | 'removed';
  readonly kid?: string | null;
  readonly alg?: 'none' | 'HS256-with-public-key' | 'ES256';
  readonly tamper?: 'payload';
  readonly header_params?: Readonly<Record<string, unknown>>;
  readonly jwks?: 'down';
  readonly discovery?: 'wrong issuer';
  readonly also?: string;
  readonly challenge?: string;
  readonly outcome:
    | 'accept'
    | { readonly runtime: number; readonly gateway: number; readonly reason: string };
  readonly source: 'doc' | 'seen' | 'choice';
};

type Vectors = {
  readonly base_claims: Readonly<Record<string, string>>;
  readonly configs: Readonly<Record<string, object>>;
  readonly cells: readonly VectorCell[];
  readonly configuration_errors: readonly {
    id: string;
    why: string;
    config: string | object;
    error: string;
  }[];
};

const file = new URL('../../../../test/conformance/vectors/authorizer.json', import.meta.url);
export const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));
