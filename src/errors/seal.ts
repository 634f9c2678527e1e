import type { ErrorKind } from '../errors.js'

/** Codes of sealing; a part of the catalogue in errors.ts. */
export const SEAL_ERRORS = {
  ERR_SEAL_SECRET: {
    text: 'a stored password cannot be read: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Put back the key file that belongs to the store.',
  },
  ERR_SEAL_MALFORMED: {
    text: 'this is no sealed letter that can be read: {reason}',
    temporary: false,
    exit: 65,
    remedy: 'Get the file once more, as it was sent; a mail program may have changed it.',
  },
  ERR_SEAL_REFUSED: {
    text: 'the password is wrong, or the letter was changed',
    temporary: false,
    exit: 65,
    remedy: 'Check the password; if it is right, get the file once more.',
  },
  ERR_SEAL_KEY_INPUT: {
    text: '{what}',
    temporary: false,
    exit: 65,
    remedy: 'Ask the recipient for the certificate or the public key once more.',
  },
  ERR_SEAL_KEY_FILE: {
    text: 'the key file {file} cannot be used: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Make it with `postseal setup sealing`, owned by the user of the daemon, mode 0600.',
  },
  ERR_SEAL_NO_NOTIFIER: {
    text: 'no plugin sends text messages',
    temporary: true,
    exit: 75,
    remedy: 'List one under notify in [plugins] of milter.conf; what waits is sent then.',
  },
  ERR_SEAL_TEXT_REFUSED: {
    text: 'a text message is refused for good: {reason}',
    temporary: false,
    exit: 65,
    remedy: 'The sender is told the password instead; the number is wrong, or not served.',
  },
  ERR_SEAL_UNSEEDED: {
    text: 'the generator of passwords has no seed',
    temporary: true,
    exit: 75,
    remedy: 'It is seeded when the daemon starts; report it with the lines before from the log.',
  },
  ERR_SEAL_SEED_FILE: {
    text: 'the seed file {file} cannot be renewed: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Let the user of the daemon own the file and its directory, and make room on its disk.',
  },
  ERR_SEAL_KEY: {
    text: 'no key of the recipient can be used: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Get a certificate or key that is valid now, or seal in a format with a password.',
  },
} as const satisfies Readonly<Record<string, ErrorKind>>
