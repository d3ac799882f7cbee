/**
 * A clause of one of the specifications: what a rule implements and what an attack appeals to.
 *
 * @module
 */

/** Short names of the documents that clauses point into. */
export const documents = {
  manifest: 'draft-ietf-suit-manifest-37',
  mti: 'draft-ietf-suit-mti',
  'information-model': 'RFC 9124',
  architecture: 'RFC 9019',
  cose: 'RFC 9052',
  'cose-algorithms': 'RFC 9053',
  cbor: 'RFC 8949',
  'hash-algorithms': 'RFC 9054',
  'trust-domains': 'draft-ietf-suit-trust-domains-11',
  'update-management': 'draft-ietf-suit-update-management-14',
  'firmware-encryption': 'draft-ietf-suit-firmware-encryption-24',
  report: 'draft-ietf-suit-report-18',
  'coap-block': 'RFC 7959',
  RFC3394: 'RFC 3394',
  RFC3986: 'RFC 3986',
  RFC4108: 'RFC 4108',
  RFC5652: 'RFC 5652',
  RFC7252: 'RFC 7252',
  RFC8032: 'RFC 8032',
  RFC8392: 'RFC 8392',
  RFC8554: 'RFC 8554',
  RFC8610: 'RFC 8610',
  RFC9175: 'RFC 9175',
  RFC9864: 'RFC 9864',
  'SP800-56A': 'NIST SP 800-56A',
} as const;

export interface Clause {
  readonly doc: keyof typeof documents;
  /** Section number as printed, for example "8.4.2" or "A" for an appendix. */
  readonly section: string;
}

export function manifest(section: string): Clause {
  return { doc: 'manifest', section };
}

/** "draft-ietf-suit-manifest-37 §8.4.2" */
export function cite(clause: Clause): string {
  return `${documents[clause.doc]} §${clause.section}`;
}
