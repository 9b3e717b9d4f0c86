/** The `Authorization` header of AWS Signature Version 4. Form only: nothing of it is true until it is verified. */

export type SignatureClaim = {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower-case names. */
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
};

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([A-Za-z0-9]{1,128})\/([0-9]{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,64})\/aws4_request, ?SignedHeaders=([a-z0-9;._-]{1,4096}), ?Signature=([0-9a-f]{64})$/;

/** Reads the header; undefined when it is of another form. */
export function parseAuthorization(value: string): SignatureClaim | undefined {
  const [, accessKeyId, date, region, service, headers, signature] = HEADER.exec(value) ?? [];
  if (!accessKeyId || !date || !region || !service || !headers || !signature) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: headers.split(';'), signature };
}
