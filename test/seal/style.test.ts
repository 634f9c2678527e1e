import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { letterStyle } from '../../src/seal/style.js'

void t.test('a letter looks as the settings say', async t => {
  const logo = join(t.testdir(), 'logo.svg')
  writeFileSync(logo, '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>')
  const text = `[seal]\ncompany = "Praxis"\nlogo = "${logo}"\nsubject_de = "Brief"\n`
  t.match(letterStyle(parseConfig(text, undefined)), {
    company: 'Praxis',
    logo: /^data:image\/svg\+xml;base64,/,
    colour: '#1a4f8b',
    subject: { de: 'Brief', en: 'Confidential message' },
  })
  t.equal(letterStyle(parseConfig('', undefined)).logo, undefined)
})

void t.test('a logo that is none is told at the start', async t => {
  const directory = t.testdir({
    'text.png': 'text',
    'large.png': Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      Buffer.alloc(101 * 1024),
    ]).toString('latin1'),
  })
  for (const [file, what] of [
    ['text.png', /no PNG, JPEG or SVG/],
    ['large.png', /larger than 100 KiB/],
    ['absent.png', /ENOENT/],
  ] as const) {
    const config = parseConfig(`[seal]\nlogo = "${join(directory, file)}"\n`, undefined)
    t.throws(() => letterStyle(config), { code: 'ERR_CONFIG_FILE', message: what })
  }
})
