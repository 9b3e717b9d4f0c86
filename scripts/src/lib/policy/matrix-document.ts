/** `docs/policy-matrix.md`: the matrix of the repository's own policies. */
import { join } from 'node:path';
import { type Matrix, matrixMarkdown, viewOf } from '@secure-agent/policy/workbench';
import { ROOT } from '../paths.ts';

/** Its path. */
export const MATRIX_DOCUMENT: string = join(ROOT, 'docs', 'policy-matrix.md');

const HEADING = `# Policy matrix

Who may call which tool: people by their group, machines by their client. Decided by the engine that decides at run time, for
every boundary value of the policies' conditions. Written by \`npm run policy -- matrix --write\`; \`npm run check\` fails when it
is out of date.

`;

/** The whole document. */
export const matrixDocument = (matrix: Matrix): string => `${HEADING}${matrixMarkdown(viewOf(matrix))}`;
