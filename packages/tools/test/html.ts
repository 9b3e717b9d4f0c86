/** HTML read by a parser, so that a test sees what a mail reader would. It is the one that the sanitizer brings. */
import { createRequire } from 'node:module';

type Attributes = Readonly<Record<string, string>>;
type Callbacks = {
  onopentag(name: string, attributes: Attributes): void;
  ontext(text: string): void;
};
type HtmlParser = new (callbacks: Callbacks, options: object) => { end(html: string): void };

const require = createRequire(createRequire(import.meta.url).resolve('sanitize-html'));
const { Parser } = require('htmlparser2') as { Parser: HtmlParser };

export function readHtml(html: string) {
  const elements: { name: string; attributes: Attributes }[] = [];
  const texts: string[] = [];
  const callbacks: Callbacks = {
    onopentag: (name, attributes) => elements.push({ name, attributes: { ...attributes } }),
    ontext: (text) => texts.push(text),
  };
  new Parser(callbacks, { decodeEntities: true }).end(html);
  return { elements, shown: texts.join('') };
}
