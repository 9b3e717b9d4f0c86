/**
 * A number in digits, never with an exponent: `1e21` is `1000000000000000000000`.
 * @param value - finite. What JSON could not carry exactly is as its parser read it.
 */
export function plainDigits(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  return point > 0 ? sign + digits.padEnd(point, '0') : `${sign}0.${'0'.repeat(-point)}${digits}`;
}

/** Digits with exactly four places, the rest cut off: the form of Cedar's decimal (devguide policy-schema-constraints). */
export function fourPlaces(value: number): string {
  const [whole = '0', fraction = ''] = plainDigits(value).split('.');
  return `${whole}.${fraction.slice(0, 4).padEnd(4, '0')}`;
}
