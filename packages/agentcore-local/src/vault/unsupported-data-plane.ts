/**
 * Operations of the data plane that do not run locally: each answers its own name, so that a client's author knows what
 * is missing. Runtimes and identities answer for themselves.
 * Source: routes of `@aws-sdk/client-bedrock-agentcore`; a test compares them.
 */
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { RequestHead, Service } from '../ports.ts';

const ROUTES = `
  BatchCreateMemoryRecords POST /memories/{}/memoryRecords/batchCreate
  BatchDeleteMemoryRecords POST /memories/{}/memoryRecords/batchDelete
  BatchUpdateMemoryRecords POST /memories/{}/memoryRecords/batchUpdate
  CreateABTest POST /ab-tests
  CreateEvent POST /memories/{}/events
  CreatePaymentInstrument POST /payments/createPaymentInstrument
  CreatePaymentSession POST /payments/createPaymentSession
  DeleteABTest DELETE /ab-tests/{}
  DeleteBatchEvaluation DELETE /evaluations/batch-evaluate/{}
  DeleteCapacityProviderSession DELETE /capacity-providers/{}/sessions/{}
  DeleteEvent DELETE /memories/{}/actor/{}/sessions/{}/events/{}
  DeleteMemoryRecord DELETE /memories/{}/memoryRecords/{}
  DeletePaymentInstrument POST /payments/deletePaymentInstrument
  DeletePaymentSession POST /payments/deletePaymentSession
  DeleteRecommendation DELETE /recommendations/{}
  Evaluate POST /evaluations/evaluate/{}
  GetABTest GET /ab-tests/{}
  GetBatchEvaluation GET /evaluations/batch-evaluate/{}
  GetBrowserSession GET /browsers/{}/sessions/get
  GetCodeInterpreterSession GET /code-interpreters/{}/sessions/get
  GetEvent GET /memories/{}/actor/{}/sessions/{}/events/{}
  GetMemoryRecord GET /memories/{}/memoryRecord/{}
  GetPaymentInstrument POST /payments/getPaymentInstrument
  GetPaymentInstrumentBalance POST /payments/getPaymentInstrumentBalance
  GetPaymentSession POST /payments/getPaymentSession
  GetRecommendation GET /recommendations/{}
  GetResourcePaymentToken POST /identities/payment/token
  IngestData POST /memories/{}/ingest
  InvokeBrowser POST /browsers/{}/sessions/invoke
  InvokeCodeInterpreter POST /code-interpreters/{}/tools/invoke
  InvokeHarness POST /harnesses/invoke
  ListABTests GET /ab-tests
  ListActors POST /memories/{}/actors
  ListBatchEvaluations GET /evaluations/batch-evaluate
  ListBrowserSessions POST /browsers/{}/sessions/list
  ListCodeInterpreterSessions POST /code-interpreters/{}/sessions/list
  ListEvents POST /memories/{}/actor/{}/sessions/{}
  ListMemoryExtractionJobs POST /memories/{}/extractionJobs
  ListMemoryRecords POST /memories/{}/memoryRecords
  ListPaymentInstruments POST /payments/listPaymentInstruments
  ListPaymentSessions POST /payments/listPaymentSessions
  ListRecommendations GET /recommendations
  ListSessions POST /memories/{}/actor/{}/sessions
  ProcessPayment POST /payments/processPayment
  RetrieveMemoryRecords POST /memories/{}/retrieve
  SaveBrowserSessionProfile PUT /browser-profiles/{}/save
  SearchRegistryRecords POST /registry-records/search
  StartBatchEvaluation POST /evaluations/batch-evaluate
  StartBrowserSession PUT /browsers/{}/sessions/start
  StartCodeInterpreterSession PUT /code-interpreters/{}/sessions/start
  StartMemoryExtractionJob POST /memories/{}/extractionJobs/start
  StartRecommendation POST /recommendations
  StopBatchEvaluation POST /evaluations/batch-evaluate/{}/stop
  StopBrowserSession PUT /browsers/{}/sessions/stop
  StopCodeInterpreterSession PUT /code-interpreters/{}/sessions/stop
  UpdateABTest PUT /ab-tests/{}
  UpdateBrowserStream PUT /browsers/{}/sessions/streams/update
`;

type Route = { readonly operation: string; readonly method: string; readonly path: RegExp };

const routes: readonly Route[] = ROUTES.trim()
  .split('\n')
  .map((line) => {
    const [operation = '', method = '', template = ''] = line.trim().split(' ');
    return { operation, method, path: new RegExp(`^${template.replaceAll('{}', '[^/]+')}/?$`) };
  });

const operationOf = ({ method, path }: RequestHead): string | undefined =>
  routes.find((route) => route.method === method && route.path.test(path))?.operation;

/** Signed like the rest of the data plane: who may not ask is not told what is here. */
export function createUnsupportedDataPlane(): Service {
  return {
    name: 'bedrock-agentcore-unsupported',
    bodyLimit: 1024 * 1024,
    matches: (head) => operationOf(head) !== undefined,
    signedAs: () => 'bedrock-agentcore',
    asks: () => [],
    refuse: restJsonRefusal,
    async handle(request) {
      const message = `${operationOf(request) ?? 'This operation'} is not supported locally.`;
      return restJsonError(400, 'ValidationException', message, request.requestId);
    },
  };
}
