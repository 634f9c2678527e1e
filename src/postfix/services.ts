import { tokens } from './parameters.js'

/** A service of master.cf; fields hold what the file says, `-` for Postfix's default. */
export interface Service {
  /** For `inet` the address and port, else the name of a socket. */
  readonly name: string
  readonly type: string
  readonly private: string
  readonly unprivileged: string
  readonly chroot: string
  readonly wakeup: string
  readonly processLimit: string
  /** The program, such as `smtpd`. */
  readonly command: string
  /** All arguments as `postconf -M` prints them, options among them. */
  readonly args: readonly string[]
  /** Parameters that `-o name=value` sets for this service; of two the last. */
  readonly options: ReadonlyMap<string, string>
}

/**
 * Reads what `postconf -M` prints: one service a line.
 *
 * Shape   seven fields, the command, its arguments; an argument with blanks stands in braces.
 * Gives   the services in the order of the file; lines with fewer fields are left out.
 * Source  master(5); Postfix src/global/mail_params.c and src/master/master_ent.c, get_master_ent
 */
export function parseServices(output: string): readonly Service[] {
  return output.split('\n').flatMap(line => {
    const service = parseService(line)
    return service === undefined ? [] : [service]
  })
}

function parseService(line: string): Service | undefined {
  const [name, type, priv, unprivileged, chroot, wakeup, processLimit, command, ...args] = tokens(
    line,
    /\s/,
  )
  if (name === undefined || type === undefined || priv === undefined) return undefined
  if (unprivileged === undefined || chroot === undefined || wakeup === undefined) return undefined
  if (processLimit === undefined || command === undefined) return undefined
  return Object.freeze({
    name,
    type,
    private: priv,
    unprivileged,
    chroot,
    wakeup,
    processLimit,
    command,
    args: Object.freeze(args),
    options: optionsOf(command, args),
  })
}

/** pipe(8) and spawn(8) run programs of others, whose own `-o` comes after their `argv=`. */
const PROGRAM = /^argv=/

function optionsOf(command: string, args: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (PROGRAM.test(arg) && (command === 'pipe' || command === 'spawn')) break
    if (!arg.startsWith('-o')) continue
    const set = readAssignment(arg === '-o' ? (args[++at] ?? '') : arg.slice(2))
    if (set !== undefined) options.set(set.name, set.value)
  }
  return options
}

/** Reads what follows `-o`: `name=value`, or the same in braces with blanks around the parts. */
export function readAssignment(
  argument: string,
): { readonly name: string; readonly value: string } | undefined {
  const inner = /^\{.*\}$/s.test(argument) ? argument.slice(1, -1) : argument
  const [, name, value] = ASSIGNMENT.exec(inner) ?? []
  return name === undefined ? undefined : { name, value: value ?? '' }
}

const ASSIGNMENT = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/s
