/**
 * Writes a header parameter's value as a quoted-string (RFC 9110 section 5.6.4).
 * @throws TypeError for a control character or one outside ASCII: such a value could end the header, and none of ours
 * (URLs, scope tokens) holds one.
 */
export function quotedString(text: string): string {
  if (!/^[\x20-\x7E]*$/.test(text))
    throw new TypeError('jwt-authorizer: not printable ASCII in a header value');
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
