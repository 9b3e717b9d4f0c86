/** The picture of a matrix: a square for each role and tool. A sign in it says what the colour says. */
import { htmlText } from './html-text.ts';
import type { View, ViewCell } from './view.ts';

const SIDE = 44;
const GAP = 4;
/** Width of a character of the labels, in pixels: wide enough for most fonts. */
const LETTER = 7.6;
const LEGEND = 40;

const SIGNS = { allow: '✓', deny: '–', conditional: 'if' } as const;
const TITLES = { allow: 'allow', deny: 'deny', conditional: 'on conditions' } as const;

const widest = (texts: readonly string[]): number =>
  Math.ceil(Math.max(0, ...texts.map(({ length }) => length)) * LETTER) + 12;

const signOf = ({ decision, text }: ViewCell): string =>
  decision === 'conditional' ? (/\[\d+\]/.exec(text)?.[0] ?? SIGNS.conditional) : SIGNS[decision];

function square(cell: ViewCell, x: number, y: number, title: string): string {
  const middle = SIDE / 2;
  const ink = cell.decision === 'deny' ? 'off' : 'on';
  return (
    `<g><title>${title}</title><rect class="${cell.decision}" x="${x}" y="${y}" width="${SIDE}" height="${SIDE}" rx="4"/>` +
    `<text class="${ink}" x="${x + middle}" y="${y + middle + 5}" text-anchor="middle">${signOf(cell)}</text></g>`
  );
}

function legend(left: number, top: number): string {
  const entries = (['allow', 'conditional', 'deny'] as const).map((decision, index) => {
    const x = left + index * 150;
    return (
      `<rect class="${decision}" x="${x}" y="${top}" width="16" height="16" rx="3"/>` +
      `<text x="${x + 22}" y="${top + 13}">${SIGNS[decision]} ${TITLES[decision]}</text>`
    );
  });
  return entries.join('');
}

/** The picture as inline SVG. */
export function matrixPicture({ roles, rows }: View): string {
  const left = widest(rows.map(({ tool }) => tool));
  // Names of roles stand at an angle of 45 degrees.
  const top = Math.ceil(widest(roles) * 0.75) + 8;
  const step = SIDE + GAP;
  const width = Math.max(left + roles.length * step + top, left + 450);
  const bottom = top + rows.length * step;
  const columns = roles.map((role, index) => {
    const [x, y] = [left + index * step + SIDE / 2, top - 8];
    return `<text transform="translate(${x} ${y}) rotate(-45)">${htmlText(role)}</text>`;
  });
  const lines = rows.map(({ tool, cells }, index) => {
    const y = top + index * step;
    const squares = cells.map((cell, column) =>
      square(cell, left + column * step, y, htmlText(`${roles[column] ?? ''}, ${tool}: ${cell.text}`)),
    );
    const label = `<text x="${left - 10}" y="${y + SIDE / 2 + 5}" text-anchor="end">${htmlText(tool)}</text>`;
    return `${label}${squares.join('')}`;
  });
  const height = bottom + LEGEND;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="picture-title picture-text">
<title id="picture-title">Who may call which tool</title>
<desc id="picture-text">One square for each role and tool: allowed, denied, or allowed on conditions. The table below says the same.</desc>
${columns.join('\n')}
${lines.join('\n')}
${legend(left, bottom + 14)}
</svg>`;
}
