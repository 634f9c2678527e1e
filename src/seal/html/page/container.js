/* The container, version 1: docs/reference/letter-format.md */
const ITERATIONS = 600000
const CHUNK_BYTES = 48960
const LINE_LENGTH = 960

const utf8 = text => new TextEncoder().encode(text)
/* Lets the browser draw and listen before the next slice of work. */
export const nextTurn = () => new Promise(done => setTimeout(done))

function checkHeader(text) {
  const header = JSON.parse(text)
  const isRight =
    header.v === 1 &&
    (header.kind === 'letter' || header.kind === 'answer') &&
    header.kdf === 'PBKDF2-HMAC-SHA2-512' &&
    header.enc === 'AES-256-CTR' &&
    header.mac === 'HMAC-SHA2-256' &&
    Number.isInteger(header.iter) &&
    header.iter >= 210000 &&
    header.iter <= 2000000 &&
    Number.isInteger(header.len) &&
    header.len > 0 &&
    header.len <= 2 ** 29
  if (!isRight) throw new Error('header')
  return header
}

function fromBase64(text, into, at) {
  const binary = atob(text)
  if (at + binary.length > into.length) throw new Error('length')
  for (let i = 0; i < binary.length; i += 1) into[at + i] = binary.charCodeAt(i)
  return binary.length
}

export function bytesOf(text) {
  const bytes = new Uint8Array(Math.ceil(text.length * 0.75))
  return bytes.subarray(0, fromBase64(text, bytes, 0))
}

export function toBase64(bytes) {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 8190)
    binary += String.fromCharCode.apply(null, bytes.subarray(at, at + 8190))
  return btoa(binary)
}

/* Header and ciphertext as the code covers them, in one buffer, slice by slice. */
export async function coveredBytes(headerText, chunks) {
  const header = checkHeader(headerText)
  const front = utf8(headerText)
  const start = 4 + front.length
  const covered = new Uint8Array(start + header.len)
  new DataView(covered.buffer).setUint32(0, front.length)
  covered.set(front, 4)
  let at = start
  for (let i = 0; i < chunks.length; i += 1) {
    at += fromBase64(chunks[i], covered, at)
    chunks[i] = ''
    if (i % 16 === 15) await nextTurn()
  }
  if (at !== covered.length) throw new Error('length')
  return { header, covered, start }
}

/* The same rule as src/seal/password.ts. */
function normalisePassword(typed) {
  const text = typed.normalize('NFC').trim()
  const symbols = text
    .replace(/[\s\-_\u00AD\u2010-\u2015\u2212\u200B\uFEFF\uFE58\uFE63\uFF0D]/g, '')
    .toUpperCase()
    .replace(/[1I]/g, 'L')
  if (!/^[A-HJ-NP-Z2-9]{16}$/.test(symbols)) return text
  return symbols.match(/.{4}/g).join('-')
}

export function secretOf(password) {
  return crypto.subtle.importKey('raw', utf8(normalisePassword(password)), 'PBKDF2', false, [
    'deriveBits',
  ])
}

async function keysOf(secret, salt, iterations) {
  const derivation = { name: 'PBKDF2', hash: 'SHA-512', salt, iterations }
  const both = new Uint8Array(await crypto.subtle.deriveBits(derivation, secret, 512))
  const cipher = await crypto.subtle.importKey('raw', both.subarray(0, 32), 'AES-CTR', false, [
    'encrypt',
    'decrypt',
  ])
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const mac = await crypto.subtle.importKey('raw', both.subarray(32), hmac, false, [
    'sign',
    'verify',
  ])
  both.fill(0)
  return { cipher, mac }
}

const counterFrom = iv => ({ name: 'AES-CTR', counter: iv, length: 128 })

/* The code first; undefined when it is not right. */
export async function openContainer({ header, covered, start }, tag, secret) {
  const keys = await keysOf(secret, bytesOf(header.salt), header.iter)
  if (!(await crypto.subtle.verify('HMAC', keys.mac, tag, covered))) return undefined
  const ciphertext = covered.subarray(start)
  return new Uint8Array(
    await crypto.subtle.decrypt(counterFrom(bytesOf(header.iv)), keys.cipher, ciphertext),
  )
}

export function splitPayload(payload) {
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0)
  if (length > payload.length - 4) throw new Error('payload')
  const view = JSON.parse(new TextDecoder().decode(payload.subarray(4, 4 + length)))
  return { view, data: payload.subarray(4 + length) }
}

/* An answer: other salt and counter, the same password and reference. */
export async function sealAnswer(view, pieces, secret, { ref, rcpt }) {
  const json = utf8(JSON.stringify(view))
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const payload = new Uint8Array(4 + json.length + size)
  new DataView(payload.buffer).setUint32(0, json.length)
  payload.set(json, 4)
  let at = 4 + json.length
  for (const piece of pieces) {
    payload.set(piece, at)
    at += piece.length
  }
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const iv = crypto.getRandomValues(new Uint8Array(16))
  const header = JSON.stringify({
    v: 1,
    kind: 'answer',
    kdf: 'PBKDF2-HMAC-SHA2-512',
    iter: ITERATIONS,
    enc: 'AES-256-CTR',
    mac: 'HMAC-SHA2-256',
    salt: toBase64(salt),
    iv: toBase64(iv),
    len: payload.length,
    ref,
    rcpt,
  })
  const keys = await keysOf(secret, salt, ITERATIONS)
  const ciphertext = new Uint8Array(
    await crypto.subtle.encrypt(counterFrom(iv), keys.cipher, payload),
  )
  const front = utf8(header)
  const covered = new Uint8Array(4 + front.length + ciphertext.length)
  new DataView(covered.buffer).setUint32(0, front.length)
  covered.set(front, 4)
  covered.set(ciphertext, 4 + front.length)
  const tag = toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', keys.mac, covered)))
  const chunks = []
  for (let at = 0; at < ciphertext.length; at += CHUNK_BYTES) {
    const text = toBase64(ciphertext.subarray(at, at + CHUNK_BYTES))
    chunks.push(text.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')).join('\n'))
    if (chunks.length % 16 === 0) await nextTurn()
  }
  return { header, chunks, tag }
}
