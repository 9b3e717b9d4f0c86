/** A matrix as one page that needs nothing else: a picture, the table, the conditions. No script; light and dark. */
import { htmlText } from './html-text.ts';
import { matrixPicture } from './picture.ts';
import type { Note, View } from './view.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --line: #c4c4c4;
  --allow: #1b7a3d; --deny: #e3e3e3; --conditional: #b45309; --on: #fff; --off: #444; }
@media (prefers-color-scheme: dark) { :root { --ground: #161616; --ink: #eee; --line: #555;
  --allow: #2e9e57; --deny: #333; --conditional: #c2650c; --on: #fff; --off: #ccc; } }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 70rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .allow { fill: var(--allow); } svg .deny { fill: var(--deny); } svg .conditional { fill: var(--conditional); }
svg text.on { fill: var(--on); } svg text.off { fill: var(--off); }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; }
code { overflow-wrap: anywhere; } th code { white-space: nowrap; }
`;

const code = (text: string): string => `<code>${htmlText(text)}</code>`;

const row = (tag: 'th' | 'td', head: string, cells: readonly string[]): string =>
  `<tr><th scope="${tag === 'th' ? 'col' : 'row'}">${head}</th>${cells
    .map((cell) => (tag === 'th' ? `<th scope="col">${cell}</th>` : `<td>${cell}</td>`))
    .join('')}</tr>`;

function tableOf({ roles, rows }: View): string {
  const body = rows.map(({ tool, cells }) =>
    row(
      'td',
      code(tool),
      cells.map(({ text }) => htmlText(text)),
    ),
  );
  return `<table>
<caption>Who may call which tool</caption>
<thead>${row('th', 'tool', roles.map(htmlText))}</thead>
<tbody>
${body.join('\n')}
</tbody>
</table>`;
}

const noteOf = ({ number, conditions, allowed, denied, cells }: Note): string => `<section>
<h3>Condition ${number}</h3>
<p>${cells.map(htmlText).join('; ')}</p>
<ul>${conditions.map((one) => `<li>${code(one)}</li>`).join('')}</ul>
<p>Allowed: ${code(allowed)}<br>Denied: ${code(denied)}</p>
</section>`;

/** The page, as a whole document. */
export const matrixHtml = (view: View): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Policy matrix</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Policy matrix</h1>
<div class="wide">${matrixPicture(view)}</div>
<h2>Table</h2>
<div class="wide">${tableOf(view)}</div>
<h2>Conditions</h2>
${view.notes.length === 0 ? '<p>None.</p>' : view.notes.map(noteOf).join('\n')}
<h2>What was tried</h2>
<ul>${view.remarks.map((remark) => `<li>${htmlText(remark)}</li>`).join('')}</ul>
</main>
</body>
</html>
`;
