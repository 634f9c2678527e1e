import { ASK_ERRORS } from './errors/ask.js'
import { SEAL_ERRORS } from './errors/seal.js'

/**
 * The base error of every room and the catalogue of codes.
 *
 * Each code stands here once, with the sentence an operator reads; docs/reference/errors.md is
 * generated from this table. `temporary` says whether trying again may help; `exit` is the
 * sysexits(3) code a command ends with.
 */
export interface ErrorKind {
  /** Message template; `{name}` is filled from the error's fields. */
  readonly text: string
  readonly temporary: boolean
  /** 64 usage, 65 bad input data, 75 try again, 78 configuration, 70 a bug of ours. */
  readonly exit: 64 | 65 | 70 | 75 | 78
  /** What an operator can do about it, in one sentence. */
  readonly remedy: string
}

export const ERRORS = {
  ERR_BUG: {
    text: 'this cannot happen: {what}',
    temporary: true,
    exit: 70,
    remedy: 'Report it with the stack from the log; the message was deferred.',
  },
  ERR_CONFIG_FILE: {
    text: '{file}: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Check that the file exists and that the user of the daemon may read it.',
  },
  ERR_CONFIG_INVALID: {
    text: '{problems}',
    temporary: false,
    exit: 78,
    remedy: 'Correct the lines named and run `postseal config check`.',
  },
  ERR_LISTEN: {
    text: 'cannot listen: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Check [listen] in milter.conf and, with "systemd", the .socket unit.',
  },
  ERR_STORE_BUSY: {
    text: 'the store has {waiting} records waiting and takes no more',
    temporary: true,
    exit: 75,
    remedy: 'The disk or the database server is too slow for this rate; look at its load.',
  },
  ERR_STORE_CLOSED: {
    text: 'the store is closed',
    temporary: true,
    exit: 75,
    remedy: 'Try again when the daemon has started.',
  },
  ERR_STORE_CONNECTION: {
    text: 'no connection to the store {store}: {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Check that the database server runs and that [store] url names it; the next message tries again.',
  },
  ERR_STORE_DAMAGED: {
    text: 'the store {store} is damaged: {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Put back a backup made with `postseal backup`; the daemon picks it up without a restart.',
  },
  ERR_STORE_FILE: {
    text: 'the store {store} cannot be read or written: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Check the disk, and that the user of the daemon owns the file and its directory.',
  },
  ERR_STORE_FULL: {
    text: 'the store {store} is full: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Make room on the disk or shorten the retention; the next message tries again.',
  },
  ERR_STORE_INPUT: {
    text: '{what}',
    temporary: false,
    exit: 65,
    remedy: 'Correct the value and try again.',
  },
  ERR_STORE_LATE: {
    text: 'the store {store} did not answer in time: {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Look for a slow disk or a long-running command on the store; the next message tries again.',
  },
  ERR_STORE_LOCKED: {
    text: 'the store {store} is locked by another process: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'End the process that holds the lock; the next message tries again.',
  },
  ERR_STORE_READ_ONLY: {
    text: 'the store {store} can only be read: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Make the file writable for the user of the daemon and the disk writable for all.',
  },
  ERR_STORE_REFUSED: {
    text: 'the store refused a record: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'Report it; the message was deferred and its next try gets a new record.',
  },
  ERR_STORE_SCHEMA: {
    text: 'the store was written by a newer Postseal (step {step})',
    temporary: false,
    exit: 78,
    remedy: 'Install that version again, or put back a backup from before the update.',
  },
  ERR_STORE_UNSUPPORTED: {
    text: '{what}',
    temporary: false,
    exit: 64,
    remedy: 'Use the tool of the database named in the message.',
  },
  ERR_STORE_URL: {
    text: '{what}',
    temporary: false,
    exit: 78,
    remedy: 'Write [store] url as sqlite:/path/to/file or postgres://user@host/database.',
  },
  ERR_STORE_VANISHED: {
    text: 'the file of the store {store} is gone or was replaced',
    temporary: true,
    exit: 75,
    remedy: 'Put the file back; the daemon opens it again with the next message.',
  },
  ERR_STORE_WORKER: {
    text: 'the thread of the store ended: {reason}',
    temporary: true,
    exit: 75,
    remedy: 'It starts again with the next message; report it if it happens twice.',
  },
  ERR_EVIDENCE_LOG: {
    text: '{log} cannot be read: {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Let the user of the daemon read the log (on Debian: group adm, for the journal systemd-journal), or correct [evidence] log.',
  },
  ERR_EVIDENCE_NONE: {
    text: 'no log of Postfix was found: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Set [evidence] log in milter.conf to "file:/PATH" or "journal".',
  },
  ERR_CONTAINER_LIMIT: {
    text: 'the container exceeds a limit: {what}',
    temporary: false,
    exit: 65,
    remedy: 'Raise the limit in the settings of the detector if such files are usual.',
  },
  ERR_CONTAINER_MALFORMED: {
    text: 'the container is malformed: {what}',
    temporary: false,
    exit: 65,
    remedy: 'Look at the file with a tool of its format; nothing can be said about its protection.',
  },
  ERR_CONTAINER_TRUNCATED: {
    text: 'the container breaks off',
    temporary: false,
    exit: 65,
    remedy: 'Get the whole file; nothing can be said about its protection.',
  },
  ERR_POLICY_PATTERN: {
    text: 'pattern {pattern}: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Write a simpler regular expression; policies/README.md says what is allowed.',
  },
  ERR_POLICY_TABLE: {
    text: '{problems}',
    temporary: false,
    exit: 78,
    remedy: 'Correct the lines named; policies/README.md explains the columns.',
  },
  ERR_POLICY_RULES: {
    text: '{problems}',
    temporary: false,
    exit: 78,
    remedy: 'Correct the rules named; policies/README.md explains what a rule may say.',
  },
  ERR_QTLS_RESOLVER: {
    text: 'the resolver {resolver} cannot be believed: {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Run a validating resolver on this machine (unbound), or correct resolver, signed_name and bogus_name in [prober].',
  },
  ERR_QTLS_SETTING: {
    text: '{setting}: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Correct the setting in the [prober] section.',
  },
  ERR_MAPS_DROP: {
    text: '{gone} of {before} qualified domains would lose their entries in {directory}; more than {limit} percent at once is refused',
    temporary: true,
    exit: 75,
    remedy:
      'Look whether the resolver and the network of the prober work. If the domains really are no longer qualified, run `postseal maps --force`; until then the maps there stay in force.',
  },
  ERR_MAPS_LOCKED: {
    text: 'another process is writing the maps in {directory}',
    temporary: true,
    exit: 75,
    remedy: 'Nothing, unless it is frequent: the other process writes the same.',
  },
  ERR_MAPS_WRITE: {
    text: 'the maps in {directory} cannot be written: {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Let the user of the daemon own the directory, and make room on its disk; the maps there stay in force.',
  },
  ERR_POSTFIX_COMMAND: {
    text: '{command} {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'Check that Postfix is installed and that [postfix] command_directory names its commands.',
  },
  ERR_POSTFIX_MAP_TYPE: {
    text: 'this Postfix has no map of type {wanted}',
    temporary: false,
    exit: 78,
    remedy:
      'Install the package of a map type (postfix-lmdb or postfix-cdb), or set [maps] map_type.',
  },
  ERR_POSTFIX_CONFLICT: {
    text: '{count} conflicts have to be settled first; nothing was changed',
    temporary: false,
    exit: 78,
    remedy: 'Follow the remedy of each conflict and run setup again.',
  },
  ERR_POSTFIX_HALF: {
    text: '{reason}; and then not all files could be put back from {backup}: {second}',
    temporary: false,
    exit: 78,
    remedy: 'Copy main.cf and master.cf back from the backup, then run `postfix check`.',
  },
  ERR_POSTFIX_OWNER: {
    text: '{file} does not belong to the user who runs this command',
    temporary: false,
    exit: 78,
    remedy: 'Run it as the user who ran setup before (root), or move the file away.',
  },
  ERR_POSTFIX_RECORD: {
    text: 'what setup did cannot be read from {file}: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Put main.cf and master.cf back from a backup beside that file, and move it away.',
  },
  ERR_POSTFIX_ROOT: {
    text: 'only root may change {directory} and have Postfix check it; nothing was changed',
    temporary: false,
    exit: 78,
    remedy: 'Run the command with sudo.',
  },
  ERR_POSTFIX_SETUP: {
    text: 'everything was put back as it was: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Correct what Postfix complains about; a copy of its files is in the state directory.',
  },
  ERR_POSTFIX_REFUSED: {
    text: '{command}: {reason}',
    temporary: false,
    exit: 78,
    remedy:
      'Correct what Postfix complains about in main.cf or master.cf, or the [postfix] section.',
  },
  ERR_HOST_PLUGIN: {
    text: 'plugin {plugin} {reason}',
    temporary: true,
    exit: 75,
    remedy:
      'The message was deferred and is tried again. Look at the plugin, or take it out of [plugins].',
  },
  ERR_HOST_ABORTED: {
    text: 'the message ended before its plugins did',
    temporary: true,
    exit: 75,
    remedy: 'Nothing, unless it is frequent: then raise message_timeout or look for a slow plugin.',
  },
  ERR_HOST_LOAD: {
    text: 'plugin {plugin} cannot be used: {reason}',
    temporary: false,
    exit: 78,
    remedy: 'Correct the plugin or its name in [plugins] and run `postseal plugins`.',
  },
  ERR_HOST_API: {
    text: 'plugin {plugin} was built for plugin API {built}, this is API {own}',
    temporary: false,
    exit: 78,
    remedy: 'Install a release of the plugin for this version of Postseal.',
  },
  ...ASK_ERRORS,
  ...SEAL_ERRORS,
  ERR_GATEWAY_NO_QUEUE_ID: {
    text: 'Postfix has not said under which queue id it takes a message that is sealed',
    temporary: true,
    exit: 75,
    remedy: 'Let milter_end_of_data_macros (or milter_data_macros) of Postfix name the macro i.',
  },
  ERR_GATEWAY_LANES_UNSETTLED: {
    text: 'the settings of Postfix are changing or cannot be read',
    temporary: true,
    exit: 75,
    remedy: 'It passes by itself within seconds; else run `postseal doctor`.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS

export type ErrorFields = Readonly<Record<string, string | number | boolean>>

/**
 * An error with a code of the catalogue.
 *
 * Gives   `code`, `temporary`, `exit` and `fields` for the log; the text never holds mail content.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly fields: ErrorFields
  readonly temporary: boolean
  readonly exit: number

  constructor(code: ErrorCode, fields: ErrorFields = {}, cause?: unknown) {
    const kind: ErrorKind = ERRORS[code]
    super(fillTemplate(kind.text, fields), cause === undefined ? undefined : { cause })
    this.name = 'GatewayError'
    this.code = code
    this.fields = Object.freeze({ ...fields })
    this.temporary = kind.temporary
    this.exit = kind.exit
  }
}

/** Throws ERR_BUG: for what cannot happen. The caller's message ends in a temporary failure. */
export function bug(what: string, cause?: unknown): never {
  throw new GatewayError('ERR_BUG', { what }, cause)
}

/** The text of anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function fillTemplate(text: string, fields: ErrorFields): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(fields[name] ?? whole))
}
