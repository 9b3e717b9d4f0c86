/** The bundled CloudFormation validation is strict: what is wrong stops the synthesis, and is no warning. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'infra-cloudformation-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function synthesized(name: string, type: string, properties: Record<string, unknown>): void {
  const app = createApp({ outdir: join(root, name) });
  new CfnResource(new Stack(app, name), 'One', { type, properties });
  app.synth();
}
const group = (change: Record<string, unknown>) => ({ RetentionInDays: 7, ...change });

test('what is right passes', () => {
  expect(() => synthesized('Right', 'AWS::Logs::LogGroup', group({}))).not.toThrow();
});

test.each([
  ['a property that the type does not have', group({ KeepForEver: true }), 'F3002'],
  ['a value of another type', group({ RetentionInDays: 'a week' }), 'F3012'],
  // A mere warning, were it not for strictCfnValidateErrors.
  ['a value outside its enumeration', group({ RetentionInDays: 8 }), 'W3030'],
])('%s stops it', (_what, properties, finding) => {
  expect(() => synthesized('Wrong', 'AWS::Logs::LogGroup', properties)).toThrow(
    `CloudFormation-Validate::${finding}`,
  );
});
