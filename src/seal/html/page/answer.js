import { $, cleanName, plain, sizeText } from './show.js'

/* The answer: sealed here, saved as a copy of this page that holds it, sent back by the recipient. */
export const MAX_ANSWER = 20000000

const ascii = text => text.replace(/[^\x00-\x7F]/gu, sign => `&#${sign.codePointAt(0)};`)

/* Written in two pieces, so that no parser of the page takes them for what they name. */
const tagOf = (name, text) => `<${name}${text}`
const DATA = tagOf('!--', 'data-->')
const END = tagOf('!--', 'end-->')
const SCRIPT = tagOf('', 'script')
const SCRIPT_END = tagOf('/', 'script>')
const FRONT = `<!DOCTYPE html>\n${tagOf('!--', 'postseal letter 1-->')}\n`

/*
 * The page as it came, without what it holds; taken before anything in it is changed. Written by the
 * browser, so the template is written as browsers write it.
 */
export function takeSkeleton() {
  const root = document.documentElement.cloneNode(true)
  root.removeAttribute('class')
  const html = ascii(root.outerHTML)
  const start = html.indexOf(DATA)
  const end = html.indexOf(END, start)
  if (start < 0 || end < 0) throw new Error('marks')
  return {
    before: FRONT + html.slice(0, start),
    after: html.slice(end).replace(/<\/body><\/html>$/, '\n</body></html>\n'),
  }
}

export function answerFile(skeleton, style, { header, chunks, tag }) {
  const block = (type, text) => `${SCRIPT} type="${type}>\n${text}\n${SCRIPT_END}\n`
  return [
    skeleton.before,
    `${DATA}\n`,
    block('application/json" id="letter-header"', header),
    block('application/json" id="letter-style"', style),
    ...chunks.map(chunk => block('text/plain" class="letter-data"', chunk)),
    block('text/plain" id="letter-tag"', tag),
    skeleton.after,
  ]
}

export function listAnswerFiles(chosen, texts, language, remove) {
  const list = $('answer-list')
  list.textContent = ''
  for (const file of chosen) {
    const item = document.createElement('li')
    item.className = 'file'
    const name = document.createElement('span')
    name.dir = 'auto'
    name.textContent = plain(file.name)
    const size = document.createElement('small')
    size.textContent = sizeText(file.size, language)
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'quiet'
    button.textContent = texts.remove
    button.setAttribute('aria-label', `${texts.remove}: ${plain(file.name)}`)
    button.addEventListener('click', () => remove(file))
    item.append(name, size, button)
    list.append(item)
  }
}

export function answerView(view, text, files) {
  let at = 0
  return {
    v: 1,
    subject: `Re: ${view.subject}`.slice(0, 1000),
    from: view.to,
    to: view.from,
    sender: view.sender,
    date: Date.now(),
    text,
    cut: false,
    html: null,
    files: files.map(({ name, type, bytes }) => {
      const start = at
      at += bytes.length
      return {
        name: cleanName(name),
        type: type.slice(0, 100),
        encoding: 'identity',
        start,
        end: at,
        cid: null,
      }
    }),
    mail: null,
  }
}
