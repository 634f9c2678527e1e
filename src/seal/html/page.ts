import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../config/root.js'

/** Stands in the first 256 bytes of every letter. */
export const MAGIC = '<!DOCTYPE html>\n<!--postseal letter 1-->\n'
/** What the letter holds stands between these. */
export const DATA_MARK = '<!--data-->'
export const END_MARK = '<!--end-->'

/** The reader page around what a letter holds; ASCII, LF line ends. */
export interface ReaderPage {
  readonly before: string
  readonly after: string
  /** SHA-256 of both, hexadecimal: by it a detector knows the page. */
  readonly hash: string
}

const FOLDER = join(packageRoot(), 'src/seal/html/page')
const SCRIPTS = ['texts.js', 'container.js', 'show.js', 'answer.js', 'main.js']

/**
 * The page that a browser opens a letter with: script and style from the files in `page/`, and a
 * policy that names their hashes and forbids everything else.
 *
 * Source  Content Security Policy Level 3, sections 6.1 and 8.1
 */
export function readerPage(): ReaderPage {
  page ??= buildPage()
  return page
}

let page: ReaderPage | undefined

function buildPage(): ReaderPage {
  const early = block(script(['early.js']))
  const main = block(`'use strict'\n;(() => {\n${script(SCRIPTS)}\n})()`)
  const style = block(source('reader.css'))
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(early)} ${hashOf(main)}`,
    `style-src ${hashOf(style)}`,
    // What the message's own HTML looks like: attributes, which can load nothing.
    "style-src-attr 'unsafe-inline'",
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
  ]
  const html = asciiMarkup(source('reader.html'))
    .replace('@csp@', policy.join('; '))
    .replace('@style@', () => style)
    .replace('@early@', () => early)
    .replace('@script@', () => main)
  const [before = '', after = ''] = html.split(`${DATA_MARK}\n@data@${END_MARK}`)
  return Object.freeze({
    before: MAGIC + before + DATA_MARK,
    after: END_MARK + after,
    hash: pageHash(MAGIC + before + DATA_MARK, END_MARK + after),
  })
}

export function pageHash(before: string, after: string): string {
  return createHash('sha256').update(`${before}\n${after}`).digest('hex')
}

function source(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8').trimEnd()
}

function block(text: string): string {
  return `\n${text}\n`
}

/** The files are modules of each other in the tree, and one script in the page. */
const MODULE_WORDS = /^import [^;]*? from '\.\/[\w-]+\.js'\n+|^export (?=async |function |const )/gm

/** Beyond ASCII as JavaScript writes it, so that the file can travel as 7bit. */
function script(names: readonly string[]): string {
  return names
    .map(name => source(name).replace(MODULE_WORDS, ''))
    .join('\n')
    .replace(/[^\n -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function asciiMarkup(html: string): string {
  return html.replace(/[^\n -~]/gu, sign => `&#${sign.codePointAt(0)};`)
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
