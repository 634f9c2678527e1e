import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Set in whatever runs inside. */
const INSIDE = 'SANDBOX_NAMESPACE'

/** Files of /etc as they are inside: names are looked up at 127.0.0.1, whose answers are trusted. */
const FILES = {
  'resolv.conf': 'nameserver 127.0.0.1\noptions trust-ad timeout:2 attempts:2\n',
  hosts: '127.0.0.1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n',
} as const

/**
 * Run by sh(1), which then stays as the first process, since somebody has to reap what Postfix
 * leaves behind. Arguments: the directory with the files of /etc, then the command.
 */
const SCRIPT = `
ip link set lo up || exit 70
for name in ${Object.keys(FILES).join(' ')}; do
  mount --bind "$1/$name" "/etc/$name" || exit 71
done
shift
"$@"
exit $?
`

/**
 * Goes on in a network of its own, in which there is nothing but 127.0.0.0/8.
 *
 * Outside, this runs the very program again in namespaces of its own (network, mounts, processes),
 * with the same arguments, environment and output, and ends with its exit code; so it comes before
 * everything else. Inside it returns at once. Whatever is started inside, daemons included, ends
 * with the program, and the program with whoever runs this, however it ends.
 *
 * Throws  an Error when it is not root and may not make namespaces as somebody else either.
 */
export async function enterNamespace(): Promise<void> {
  if (isInside()) return
  process.exit(await runInside([process.execPath, ...process.execArgv, ...process.argv.slice(1)]))
}

/** Whether this process is inside. */
export function isInside(): boolean {
  return process.env[INSIDE] === '1'
}

/**
 * Runs a command inside, with the input, the output and the messages of this process.
 *
 * Gives   its exit code.
 */
export async function runInside(command: readonly string[]): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-etc-'))
  await chmod(directory, 0o755)
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(directory, name), text)
  // setpriv comes first: what it asks of the kernel is lost where a process gets other rights.
  const child = spawn(
    'setpriv',
    [...ENDS_WITH_US, ...unshare(), 'sh', '-c', SCRIPT, 'sh', directory, ...command],
    {
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, [INSIDE]: '1' },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    },
  )
  passMessages(child)
  const code = await new Promise<number>((done, fail) => {
    child.once('error', cause => fail(new Error('no namespaces: is util-linux there?', { cause })))
    child.once('exit', code => done(code ?? KILLED))
  })
  await rm(directory, { recursive: true })
  return code
}

/** What a shell says of a program that was killed. */
const KILLED = 137

const ENDS_WITH_US = ['--pdeathsig', 'KILL']

function unshare(): readonly string[] {
  const kinds = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  return ['unshare', ...asRoot, ...kinds]
}

/** A test runner speaks with its tests over a channel of Node's; it goes on speaking, through us. */
function passMessages(child: ChildProcess): void {
  child.on('message', message => process.send?.(message))
  const down = (message: unknown): void => {
    if (child.connected) child.send(message as object)
  }
  process.on('message', down)
  child.once('exit', () => process.off('message', down))
}
