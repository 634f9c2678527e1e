import type { ErrorKind } from '../errors.js'

/** Codes of questions to senders; a part of the catalogue in errors.ts. */
export const ASK_ERRORS = {
  ERR_ASK_LISTEN: {
    text: 'answers by link cannot be taken at {address}: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Check [ask] listen in milter.conf, and that nobody else listens there.',
  },
} as const satisfies Readonly<Record<string, ErrorKind>>
