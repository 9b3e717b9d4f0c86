import { describe, expect, it } from 'vitest';
import { parseDockerfile, readContainerCommand } from '../../src/runtime/dockerfile.ts';
import { folderWith } from '../processes/support.ts';

describe('the command of an image', () => {
  it.each([
    ['CMD ["node", "main.mjs"]', ['main.mjs']],
    ['CMD ["/usr/local/bin/node", "--enable-source-maps", "main.mjs"]', ['--enable-source-maps', 'main.mjs']],
    ['ENTRYPOINT ["node"]\nCMD ["main.mjs"]', ['main.mjs']],
    ['# an image with Node as entry point\nCMD ["main.mjs"]', ['main.mjs']],
    ['cmd [ "node", \\\n  "main.mjs" ]', ['main.mjs']],
    ['CMD ["node", "old.mjs"]\nCMD ["node", "main.mjs"]', ['main.mjs']],
    ['CMD ["node", "build.mjs"]\nFROM node\nCMD ["node", "main.mjs"]', ['main.mjs']],
  ])('%j', (text, args) => {
    expect(parseDockerfile(`FROM node AS base\n${text}\n`).args).toEqual(args);
  });

  it('has the variables of the last stage', () => {
    const text =
      'FROM node\nENV STAGE=build\nFROM node\nENV NODE_ENV=production NAME="a b"\nCMD ["main.mjs"]';
    expect(parseDockerfile(text).env).toEqual({ NODE_ENV: 'production', NAME: 'a b' });
  });

  it.each([
    ['no command', 'FROM node'],
    ['a command of another stage', 'FROM node\nCMD ["node", "main.mjs"]\nFROM node'],
    ['shell form', 'FROM node\nCMD node main.mjs'],
    ['a shell', 'FROM node\nCMD ["sh", "-c", "node main.mjs"]'],
    ['another program', 'FROM node\nCMD ["python", "main.py"]'],
    ['a path outside the context', 'FROM node\nCMD ["node", "/app/main.mjs"]'],
  ])('%s is refused', (_, text) => {
    expect(() => parseDockerfile(text)).toThrow(
      expect.objectContaining({ name: 'LoadError', code: 'property_invalid' }),
    );
  });

  it('without a Dockerfile the context is refused', () => {
    expect(() => readContainerCommand(folderWith())).toThrow(
      expect.objectContaining({ code: 'asset_missing' }),
    );
  });
});
