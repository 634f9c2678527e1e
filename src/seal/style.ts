import { readFileSync, statSync } from 'node:fs'
import type { Config } from '../config/load.js'
import { GatewayError, reasonOf } from '../errors.js'
import type { LetterStyle } from './letter.js'

const MAX_LOGO = 100 * 1024

/**
 * How letters look, as the settings say.
 *
 * Throws  ERR_CONFIG_FILE for a logo that cannot be read, is too large, or is no image.
 */
export function letterStyle({ seal }: Pick<Config, 'seal'>): LetterStyle {
  return Object.freeze({
    company: seal.company,
    logo: seal.logo === '' ? undefined : logoFrom(seal.logo),
    colour: seal.colour,
    subject: Object.freeze({
      de: seal.subject_de,
      fr: seal.subject_fr,
      it: seal.subject_it,
      en: seal.subject_en,
    }),
    contact: seal.contact,
  })
}

function logoFrom(file: string): string {
  try {
    if (statSync(file).size > MAX_LOGO) throw new RangeError('it is larger than 100 KiB')
    const bytes = readFileSync(file)
    const type = typeOf(bytes)
    if (type === undefined) throw new TypeError('it is no PNG, JPEG or SVG')
    return `data:${type};base64,${bytes.toString('base64')}`
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}

function typeOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8).equals(PNG)) return 'image/png'
  if (bytes.subarray(0, 3).equals(JPEG)) return 'image/jpeg'
  const start = bytes.subarray(0, 1000).toString('latin1').trimStart()
  return /^(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<svg\b/.test(start) ? 'image/svg+xml' : undefined
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG = Buffer.from([0xff, 0xd8, 0xff])
