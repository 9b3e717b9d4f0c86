/** Who signed a request to the local AWS. */
export {
  type CredentialsOptions,
  createCredentials,
  type LocalCredentials,
  type RandomBytes,
} from './credentials.ts';
export { MAX_DATE_DISTANCE_MS, type SigV4Options, verifySigV4 } from './sigv4.ts';
