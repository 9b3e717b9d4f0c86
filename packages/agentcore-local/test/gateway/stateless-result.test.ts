import { describe, expect, it } from 'vitest';
import { SERVER_INFO, statelessResult } from '../../src/gateway/stateless-result.ts';

const SERVER_MEMBER = 'io.modelcontextprotocol/serverInfo';

describe('statelessResult', () => {
  it('says that a result is complete, and whose it is', () => {
    expect(statelessResult({ content: [] })).toEqual({
      resultType: 'complete',
      content: [],
      _meta: { [SERVER_MEMBER]: SERVER_INFO },
    });
  });

  it('leaves a target’s request for more input one', () => {
    const asking = { resultType: 'input_required', requestState: 'opaque', inputRequests: {} };
    expect(statelessResult(asking)).toMatchObject(asking);
  });

  it('keeps a _meta that is there', () => {
    const { _meta } = statelessResult({ _meta: { debug: 'x' } });
    expect(_meta).toEqual({ [SERVER_MEMBER]: SERVER_INFO, debug: 'x' });
  });
});
