declare module 'dynalite' {
  import type { Server } from 'node:http';

  type Options = {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  };
  export default function dynalite(options: Options): Server;
}
