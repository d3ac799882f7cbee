/**
 * The threats and requirements of RFC 9124, by their names and sections.
 *
 * @module
 */

/** RFC 9124 §4.2, threat by threat. */
export const threats = {
  'THREAT.IMG.EXPIRED': '4.2.1',
  'THREAT.IMG.EXPIRED.OFFLINE': '4.2.2',
  'THREAT.IMG.INCOMPATIBLE': '4.2.3',
  'THREAT.IMG.FORMAT': '4.2.4',
  'THREAT.IMG.LOCATION': '4.2.5',
  'THREAT.NET.REDIRECT': '4.2.6',
  'THREAT.NET.ONPATH': '4.2.7',
  'THREAT.IMG.REPLACE': '4.2.8',
  'THREAT.IMG.NON_AUTH': '4.2.9',
  'THREAT.UPD.WRONG_PRECURSOR': '4.2.10',
  'THREAT.UPD.UNAPPROVED': '4.2.11',
  'THREAT.IMG.DISCLOSURE': '4.2.12',
  'THREAT.MFST.OVERRIDE': '4.2.13',
  'THREAT.MFST.EXPOSURE': '4.2.14',
  'THREAT.IMG.EXTRA': '4.2.15',
  'THREAT.KEY.EXPOSURE': '4.2.16',
  'THREAT.MFST.MODIFICATION': '4.2.17',
  'THREAT.MFST.TOCTOU': '4.2.18',
} as const;

/** RFC 9124 §4.3 (security) and §4.5 (usability), requirement by requirement. */
export const requirements = {
  'REQ.SEC.SEQUENCE': '4.3.1',
  'REQ.SEC.COMPATIBLE': '4.3.2',
  'REQ.SEC.EXP': '4.3.3',
  'REQ.SEC.AUTHENTIC': '4.3.4',
  'REQ.SEC.AUTH.IMG_TYPE': '4.3.5',
  'REQ.SEC.AUTH.IMG_LOC': '4.3.6',
  'REQ.SEC.AUTH.REMOTE_LOC': '4.3.7',
  'REQ.SEC.AUTH.EXEC': '4.3.8',
  'REQ.SEC.AUTH.PRECURSOR': '4.3.9',
  'REQ.SEC.AUTH.COMPATIBILITY': '4.3.10',
  'REQ.SEC.RIGHTS': '4.3.11',
  'REQ.SEC.IMG.CONFIDENTIALITY': '4.3.12',
  'REQ.SEC.ACCESS_CONTROL': '4.3.13',
  'REQ.SEC.MFST.CONFIDENTIALITY': '4.3.14',
  'REQ.SEC.IMG.COMPLETE_DIGEST': '4.3.15',
  'REQ.SEC.REPORTING': '4.3.16',
  'REQ.SEC.KEY.PROTECTION': '4.3.17',
  'REQ.SEC.KEY.ROTATION': '4.3.18',
  'REQ.SEC.MFST.CHECK': '4.3.19',
  'REQ.SEC.MFST.TRUSTED': '4.3.20',
  'REQ.SEC.MFST.CONST': '4.3.21',
  'REQ.USE.MFST.PRE_CHECK': '4.5.1',
  'REQ.USE.MFST.TEXT': '4.5.2',
  'REQ.USE.MFST.OVERRIDE_REMOTE': '4.5.3',
  'REQ.USE.MFST.COMPONENT': '4.5.4',
  'REQ.USE.MFST.MULTI_AUTH': '4.5.5',
  'REQ.USE.IMG.FORMAT': '4.5.6',
  'REQ.USE.IMG.NESTED': '4.5.7',
  'REQ.USE.IMG.VERSIONS': '4.5.8',
  'REQ.USE.IMG.SELECT': '4.5.9',
  'REQ.USE.EXEC': '4.5.10',
  'REQ.USE.LOAD': '4.5.11',
  'REQ.USE.PAYLOAD': '4.5.12',
  'REQ.USE.PARSE': '4.5.13',
  'REQ.USE.DELEGATION': '4.5.14',
} as const;

export type Threat = keyof typeof threats;
export type Requirement = keyof typeof requirements;
