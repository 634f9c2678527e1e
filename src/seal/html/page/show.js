import { bytesOf, nextTurn, toBase64 } from './container.js'

/* Shows what was opened. Nothing of it becomes markup but the HTML in its own frame. */
export const $ = id => document.getElementById(id)
export const show = (id, isShown) => {
  $(id).hidden = !isShown
}
export const say = (id, text, kind = '') => {
  $(id).className = `status ${kind}`
  $(id).textContent = text
}

/* What turns the direction of writing could make a name look like another one. */
export const plain = text => text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '')

const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/* The name is clean already when the gateway wrote it; an answer, or another program, might not be. */
export function cleanName(name) {
  const last = name.normalize('NFC').split(/[/\\]/).pop()
  const clean = last
    .replace(/[\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g, '')
    .replace(/[\u0000-\u001F\u007F-\u009F<>:"|?*]/g, '_')
    .replace(/^[\s.~-]+|[\s.]+$/g, '')
    .slice(-120)
  if (clean === '') return 'file'
  return DEVICES.test(clean) ? `_${clean}` : clean
}

/* Saved files are never opened in place: to the browser they are bytes. */
export function saveBytes(pieces, name) {
  const url = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = cleanName(name)
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60000)
}

export function sizeText(bytes, language) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  const options = { style: 'unit', unit: units[unit], maximumSignificantDigits: 3 }
  return new Intl.NumberFormat(language, options).format(size)
}

/* The bytes of a file as the sender attached them. */
async function fileBytes({ encoding, start, end }, data) {
  const bytes = data.subarray(start, end)
  if (encoding === 'base64') return fromLooseBase64(bytes)
  if (encoding === 'quoted-printable') return fromQuotedPrintable(bytes)
  return [bytes]
}

const isBase64 = byte =>
  (byte >= 65 && byte <= 90) ||
  (byte >= 97 && byte <= 122) ||
  (byte >= 47 && byte <= 57) ||
  byte === 43

/* What is no base64 is passed over (RFC 2045, 6.8), slice by slice. */
async function fromLooseBase64(bytes) {
  const pieces = []
  let rest = ''
  for (let at = 0; at < bytes.length; at += 65536) {
    const slice = bytes.subarray(at, at + 65536).filter(isBase64)
    let text = rest
    for (let i = 0; i < slice.length; i += 8190)
      text += String.fromCharCode.apply(null, slice.subarray(i, i + 8190))
    const whole = text.length - (text.length % 4)
    pieces.push(bytesOf(text.slice(0, whole)))
    rest = text.slice(whole)
    if (pieces.length % 16 === 0) await nextTurn()
  }
  if (rest.length > 1) pieces.push(bytesOf(rest.padEnd(4, '=')))
  return pieces
}

function fromQuotedPrintable(bytes) {
  const out = new Uint8Array(bytes.length)
  const digit = byte => {
    const value = Number.parseInt(String.fromCharCode(byte), 16)
    return Number.isNaN(value) ? -1 : value
  }
  let size = 0
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== 61) {
      out[size] = bytes[at]
      size += 1
      continue
    }
    const [high, low] = [digit(bytes[at + 1]), digit(bytes[at + 2])]
    if (high >= 0 && low >= 0) {
      out[size] = high * 16 + low
      size += 1
      at += 2
    } else if (bytes[at + 1] === 13 && bytes[at + 2] === 10) {
      at += 2
    } else if (bytes[at + 1] === 10) {
      at += 1
    }
  }
  return [out.subarray(0, size)]
}

const IMAGE = /^image\/(?:png|jpeg|gif|webp)$/

/* Images of the message itself, put in place of their Content-ID. */
export async function withImages(html, files, data) {
  const images = new Map()
  for (const file of files) {
    if (file.cid === null || !IMAGE.test(file.type) || !html.includes(`"cid:${file.cid}"`)) continue
    const whole = new Uint8Array(await new Blob(await fileBytes(file, data)).arrayBuffer())
    images.set(file.cid, `data:${file.type};base64,${toBase64(whole)}`)
  }
  return html.replace(/src="cid:([^"<>]*)"/g, (found, cid) =>
    images.has(cid) ? `src="${images.get(cid)}"` : 'src="data:,"',
  )
}

const ACTIVE =
  'script,style,link,meta,base,iframe,frame,frameset,object,embed,form,input,button,svg,math,template,noscript,video,audio'

/*
 * Takes out once more what the gateway took out before: the policy forbids it to load anything, but a
 * link may have a browser connect (preconnect) all the same.
 */
function withoutActive(html) {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  for (const element of body.querySelectorAll(ACTIVE)) element.remove()
  for (const element of body.querySelectorAll('*'))
    for (const name of element.getAttributeNames())
      if (name.startsWith('on')) element.removeAttribute(name)
  return body.innerHTML
}

/* No scripts, no forms, nothing from elsewhere: by the sandbox, by both policies, and by the gateway. */
export function frameFor(html, title) {
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-same-origin allow-popups allow-popups-to-escape-sandbox')
  frame.setAttribute('referrerpolicy', 'no-referrer')
  frame.title = title
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'"
  const fit = () => {
    try {
      const { documentElement } = frame.contentDocument
      /* A document is never lower than its frame. */
      frame.style.height = '1px'
      frame.style.height = `${Math.min(documentElement.scrollHeight + 4, 20000)}px`
    } catch {
      /* The frame keeps its height and scrolls. */
    }
  }
  frame.addEventListener('load', fit)
  window.addEventListener('resize', fit)
  frame.srcdoc =
    `<!DOCTYPE html><html><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta http-equiv="x-dns-prefetch-control" content="off">` +
    `<meta name="referrer" content="no-referrer"></head>` +
    `<body style="margin:8px;font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;overflow-wrap:anywhere">` +
    `${withoutActive(html)}</body></html>`
  return frame
}

/* Large files are estimated: 76 of 78 characters of base64 are digits. */
async function showSize(element, file, data, language) {
  const stored = file.end - file.start
  let bytes = file.encoding === 'base64' ? Math.round(stored * 0.731) : stored
  if (stored < 100000)
    bytes = (await fileBytes(file, data)).reduce((sum, { length }) => sum + length, 0)
  element.textContent = sizeText(bytes, language)
}

async function saveFile(file, data, texts) {
  saveBytes(await fileBytes(file, data), file.name)
  say('saved', `${texts.saved} ${cleanName(file.name)}`, 'good')
}

export function listFiles(files, data, texts, language) {
  const attached = files.filter(({ cid }) => cid === null)
  const list = $('file-list')
  list.textContent = ''
  for (const file of attached) {
    const item = document.createElement('li')
    item.className = 'file'
    const name = document.createElement('span')
    name.dir = 'auto'
    name.textContent = plain(file.name)
    const size = document.createElement('small')
    void showSize(size, file, data, language)
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'quiet'
    button.textContent = texts.save
    button.setAttribute('aria-label', `${texts.save}: ${plain(file.name)}`)
    button.addEventListener('click', () => void saveFile(file, data, texts))
    item.append(name, size, button)
    list.append(item)
  }
  show('files', attached.length > 0)
}
