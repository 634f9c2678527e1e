import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GatewayError, reasonOf } from '../errors.js'

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
/** Keys of one file: the one in use, and older ones that stored texts may still need. */
const MAX_KEYS = 20

const LINE = /^([0-9a-f]{16}) ([0-9A-Za-z+/]{43}=)$/
const SEALED = /^1\.([0-9a-f]{16})\.([0-9A-Za-z_-]{38,20000})$/

/** Keeps short texts so that whoever has the database alone cannot read them. */
export interface TextSealer {
  /**
   * `place` says what the text is and whose; it must be told again to open it, so that a text that
   * somebody puts in another's place does not open there.
   */
  seal(text: string, place: string): Promise<string>
  /** Throws  ERR_SEAL_SECRET when the key is gone, or the text was changed or moved. */
  open(sealed: string, place: string): Promise<string>
}

interface Key {
  readonly id: string
  readonly bytes: Buffer
}

/**
 * The keys that stored passwords are encrypted with (AES-256-GCM, a new IV each time). The file is
 * read again when it has changed, so a rotation needs no restart.
 *
 * Shape   one line a key, newest first: 8 bytes as its name (hexadecimal), the key (base64).
 * Throws  ERR_SEAL_KEY_FILE when there is none, or somebody else may read it.
 */
export class KeyFile implements TextSealer {
  readonly #path: string
  #keys: readonly Key[] = []
  #stamp = ''

  constructor(path: string) {
    this.#path = path
  }

  /** Whether it can be used at this moment. */
  async isUsable(): Promise<boolean> {
    return this.#read().then(
      () => true,
      () => false,
    )
  }

  /** Names of the keys, the one in use first. */
  async names(): Promise<readonly string[]> {
    return (await this.#read()).map(({ id }) => id)
  }

  async seal(text: string, place: string): Promise<string> {
    const [key] = await this.#read()
    if (key === undefined) throw unusable(this.#path, 'it has no key')
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(boundTo(key.id, place))
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()])
    return `1.${key.id}.${Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url')}`
  }

  async open(sealed: string, place: string): Promise<string> {
    const [, id = '', coded = ''] = SEALED.exec(sealed) ?? []
    const key = (await this.#read()).find(one => one.id === id)
    if (key === undefined)
      throw new GatewayError('ERR_SEAL_SECRET', { reason: 'its key is not in the key file' })
    const bytes = Buffer.from(coded, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, IV_BYTES))
    decipher.setAAD(boundTo(id, place)).setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const opened = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES))
      return Buffer.concat([opened, decipher.final()]).toString('utf8')
    } catch (thrown) {
      throw new GatewayError('ERR_SEAL_SECRET', { reason: 'it was changed or moved' }, thrown)
    }
  }

  async #read(): Promise<readonly Key[]> {
    const found = await readKeys(this.#path, this.#stamp)
    if (found !== undefined) {
      this.#keys = found.keys
      this.#stamp = found.stamp
    }
    return this.#keys
  }
}

/**
 * Makes the key file unless there is one.
 *
 * Gives   whether it was made now.
 */
export async function createKeyFile(path: string): Promise<boolean> {
  const temporary = `${path}.${process.pid}.new`
  // Who owns the directory is who runs the daemon; the command may be root's.
  await writeWhole(temporary, [newKey()], await ownerOf(dirname(path)))
  try {
    // link(2) never replaces: of two that make it at once, one makes it.
    await link(temporary, path)
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw unusable(path, reasonOf(thrown), thrown)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Puts a new key in front; what was encrypted with the others can still be opened. */
export async function addKey(path: string): Promise<void> {
  const { keys } = await mustRead(path)
  if (keys.length >= MAX_KEYS) throw unusable(path, `it has ${MAX_KEYS} keys already`)
  await replace(path, [newKey(), ...keys])
}

/** Leaves the key in use and those named; gives how many went. */
export async function dropKeys(path: string, needed: ReadonlySet<string>): Promise<number> {
  const { keys } = await mustRead(path)
  const left = keys.filter(({ id }, index) => index === 0 || needed.has(id))
  if (left.length < keys.length) await replace(path, left)
  return keys.length - left.length
}

/** Name of the key that a text is sealed with. */
export function keyOf(sealed: string): string | undefined {
  return SEALED.exec(sealed)?.[1]
}

function newKey(): Key {
  return { id: randomBytes(8).toString('hex'), bytes: randomBytes(KEY_BYTES) }
}

async function mustRead(path: string): Promise<{ readonly keys: readonly Key[] }> {
  return (await readKeys(path, '')) ?? { keys: [] }
}

/** Undefined when the file is still the one that `stamp` is of. */
async function readKeys(
  path: string,
  stamp: string,
): Promise<{ readonly keys: readonly Key[]; readonly stamp: string } | undefined> {
  try {
    const before = await stat(path)
    const now = `${before.ino} ${before.mtimeMs} ${before.size}`
    if (now === stamp) return undefined
    if ((before.mode & 0o077) !== 0) throw unusable(path, 'others than its owner may read it')
    if (before.size > 10_000) throw unusable(path, 'it is too large')
    return { keys: keysIn(await readFile(path, 'latin1'), path), stamp: now }
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw unusable(path, reasonOf(thrown), thrown)
  }
}

function keysIn(text: string, path: string): readonly Key[] {
  const lines = text.split('\n').filter(line => line !== '')
  if (lines.length === 0 || lines.length > MAX_KEYS) throw unusable(path, 'it has no keys')
  return lines.map((line, index) => {
    const [, id, coded] = LINE.exec(line) ?? []
    if (id === undefined || coded === undefined)
      throw unusable(path, `line ${index + 1} is not a key`)
    return { id, bytes: Buffer.from(coded, 'base64') }
  })
}

async function replace(path: string, keys: readonly Key[]): Promise<void> {
  const temporary = `${path}.${process.pid}.new`
  await writeWhole(temporary, keys, await ownerOf(path))
  await rename(temporary, path)
}

async function ownerOf(path: string): Promise<{ readonly uid: number; readonly gid: number }> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch (thrown) {
    throw unusable(path, reasonOf(thrown), thrown)
  }
}

async function writeWhole(
  path: string,
  keys: readonly Key[],
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const text = keys.map(({ id, bytes }) => `${id} ${bytes.toString('base64')}\n`).join('')
  try {
    await rm(path, { force: true })
    const file = await open(path, 'wx', 0o600)
    try {
      if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (thrown) {
    throw unusable(path, reasonOf(thrown), thrown)
  }
}

function boundTo(id: string, place: string): Buffer {
  return Buffer.from(`postseal ${id} ${place}`, 'utf8')
}

function unusable(file: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('ERR_SEAL_KEY_FILE', { file, reason }, cause)
}
