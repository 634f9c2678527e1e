import type { Budget } from './budget.js'
import { judgeCms } from './cms.js'
import type { PdfFile } from './pdf-file.js'
import { opensWithoutPassword } from './pdf-password.js'
import { isDictionary, nameOf, type PdfDictionary, type PdfValue } from './pdf-syntax.js'

type Strength = 'strong' | 'weak' | 'none'

/** What an encryption dictionary says, after everything that can be tried was tried. */
export interface PdfProtection {
  readonly verdict: 'encrypted' | 'weak' | 'partial' | 'not-encrypted' | 'unknown'
  readonly why: string
  /** False: the metadata of the file may be readable. */
  readonly encryptsMetadata: boolean
  /** Whether the key is a licence of Rights Management rather than a password. */
  readonly isRights: boolean
}

/** Methods of crypt filters (ISO 32000-2, table 25). */
const METHODS: ReadonlyMap<string, Strength> = new Map([
  ['None', 'none'],
  ['V2', 'weak'],
  ['AESV2', 'strong'],
  ['AESV3', 'strong'],
])

/** Names of the handler that Microsoft's Rights Management uses. */
const RIGHTS_HANDLERS = new Set(['MicrosoftIRMServices', 'MSIRM'])

/** Recipients of a public-key handler that are looked at. */
const RECIPIENT_LIMIT = 1000

/** What trying the empty passwords costs, in rounds of the budget: some 10 ms. */
const TRIAL_ROUNDS = 10_000

/**
 * Judges the encryption dictionary of a file: who can open it, and how strong it is.
 *
 * Source  ISO 32000-2, 7.6
 */
export async function judgeLock(
  file: PdfFile,
  dictionary: PdfDictionary,
  id: PdfValue,
): Promise<PdfProtection> {
  const lock = await resolved(file, dictionary)
  const filter = nameOf(lock.get('Filter')) ?? ''
  const encryptsMetadata = lock.get('EncryptMetadata') !== false
  const isRights = RIGHTS_HANDLERS.has(filter)
  const conclude = (verdict: PdfProtection['verdict'], why: string): PdfProtection => ({
    verdict,
    why,
    encryptsMetadata,
    isRights,
  })
  const scope = await scopeOf(file, lock)
  if (scope === undefined) return conclude('unknown', 'the cipher is not known')
  if (scope.strength === 'none') return conclude('not-encrypted', 'the cipher is none')
  const isPublicKey =
    filter === 'Adobe.PubSec' || nameOf(lock.get('SubFilter'))?.startsWith('adbe.pkcs7.') === true
  if (!isPublicKey && !isRights && filter !== 'Standard')
    return conclude('unknown', 'the security handler is not known')
  if (isPublicKey) {
    const objection = await recipientsObjection(file, lock)
    if (objection !== undefined) return conclude('unknown', objection)
  }
  if (filter === 'Standard') {
    const opens = await tryEmpty(lock, id, file.budget)
    if (opens === undefined) return conclude('unknown', 'the password cannot be tried')
    if (opens) return conclude('not-encrypted', 'the empty password opens it')
  }
  const isWeak = scope.strength === 'weak' || lock.get('R') === 5
  const how = `${isPublicKey ? 'certificates' : isRights ? 'Rights Management' : 'a password'}, ${scope.name}`
  if (scope.isPart) return conclude('partial', `${how}, for a part of it`)
  return conclude(isWeak ? 'weak' : 'encrypted', how)
}

interface Scope {
  readonly strength: Strength
  readonly name: string
  /** Whether streams, strings or attachments stay as they are. */
  readonly isPart: boolean
}

/** What is encrypted, and how: one method for all up to version 3, crypt filters from 4 on. */
async function scopeOf(file: PdfFile, lock: PdfDictionary): Promise<Scope | undefined> {
  const version = lock.get('V') ?? 0
  if (version === 1 || version === 2) return { strength: 'weak', name: 'RC4', isPart: false }
  if (version !== 4 && version !== 5) return undefined
  const filters = await file.resolve(lock.get('CF'))
  const methodOf = async (name: string | undefined): Promise<string | undefined> => {
    if (name === undefined || name === 'Identity') return 'None'
    const filter = isDictionary(filters) ? await file.resolve(filters.get(name)) : null
    return isDictionary(filter)
      ? (nameOf(await file.resolve(filter.get('CFM'))) ?? 'None')
      : undefined
  }
  const streams = await methodOf(nameOf(lock.get('StmF')))
  const strings = await methodOf(nameOf(lock.get('StrF')))
  const files = lock.has('EFF') ? await methodOf(nameOf(lock.get('EFF'))) : streams
  const methods = [streams, strings, files]
  const strengths = methods.map(method => METHODS.get(method ?? ''))
  if (strengths.includes(undefined)) return undefined
  // A method of version 5 under version 4, or the other way round, is read by nobody in one way.
  const foreign = version === 4 ? 'AESV3' : 'AESV2'
  if (methods.includes(foreign)) return undefined
  const used = strengths.filter(strength => strength !== 'none')
  const names = [...new Set(methods.filter(method => method !== 'None'))]
  return {
    strength: used.length === 0 ? 'none' : used.includes('weak') ? 'weak' : 'strong',
    name: names.map(method => (method === 'V2' ? 'RC4' : `${method}`)).join(', '),
    isPart: used.length < strengths.length,
  }
}

async function tryEmpty(
  lock: PdfDictionary,
  id: PdfValue,
  budget: Budget,
): Promise<boolean | undefined> {
  const [revision, owner, user, permissions] = ['R', 'O', 'U', 'P'].map(name => lock.get(name))
  if (typeof revision !== 'number' || typeof permissions !== 'number') return undefined
  if (!Buffer.isBuffer(owner) || !Buffer.isBuffer(user)) return undefined
  const first = Array.isArray(id) ? (id as readonly PdfValue[])[0] : undefined
  const fileId = Buffer.isBuffer(first) ? first : Buffer.alloc(0)
  budget.takeRounds(revision === 5 ? 2 : TRIAL_ROUNDS)
  return opensWithoutPassword({ revision, owner, user, permissions, id: fileId })
}

/** Why nobody may be able to open it by a key: each recipient is a CMS message that protects. */
async function recipientsObjection(
  file: PdfFile,
  lock: PdfDictionary,
): Promise<string | undefined> {
  const lists = [lock.get('Recipients')]
  const filters = await file.resolve(lock.get('CF'))
  if (isDictionary(filters)) {
    for (const value of filters.values()) {
      const filter = await file.resolve(value)
      if (isDictionary(filter)) lists.push(await file.resolve(filter.get('Recipients')))
    }
  }
  const recipients = lists.flatMap(list =>
    Array.isArray(list) ? (list as readonly PdfValue[]) : list === undefined ? [] : [list],
  )
  let seen = 0
  for (const recipient of recipients.slice(0, RECIPIENT_LIMIT)) {
    const bytes = await file.resolve(recipient)
    const judgement = Buffer.isBuffer(bytes)
      ? await judgeCms(once(bytes), nothingInside)
      : undefined
    if (judgement?.verdict !== 'encrypted' && judgement?.verdict !== 'weak')
      return 'a recipient cannot be read'
    seen += 1
  }
  return seen === 0 ? 'it names no recipient' : undefined
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, void> {
  yield bytes
}

const nothingInside = (): Promise<{ verdict: 'not-encrypted'; why: string }> =>
  Promise.resolve({ verdict: 'not-encrypted', why: 'no envelope' })

/** The dictionary with the values that its references lead to. */
async function resolved(file: PdfFile, dictionary: PdfDictionary): Promise<PdfDictionary> {
  const entries = new Map<string, PdfValue>()
  for (const [name, value] of dictionary) entries.set(name, await file.resolve(value))
  return entries
}
