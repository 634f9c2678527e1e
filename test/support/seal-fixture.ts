import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { definePlugin, s, type SealedLetter } from 'postseal/plugin'

/** A format of the tests: the whole message under a key that is made of the password. */
export default definePlugin({
  stage: 'seal',
  name: 'seal/fixture',
  summary: 'Seals for tests.',
  letter: { opensWith: 'password', slowKey: true, growth: { factor: 1.5, plus: 4096 } },
  config: {
    fails: s.boolean({ default: false, doc: 'Whether it throws.' }),
    marker: s.text({
      default: '',
      doc: 'File without which the process ends, once for each place.',
    }),
    keyless: s.boolean({ default: false, doc: 'Whether it says that no key will do.' }),
    fails_for: s.text({ default: '', doc: 'Address for which it throws.' }),
  },
  setup({ config }) {
    return async ({ mail, password, recipient, reference, style, language, passwordWay, seed }) => {
      if (config.keyless)
        throw Object.assign(new Error(`Secret ${password}`), { code: 'ERR_SEAL_KEY' })
      if (config.fails || recipient === config.fails_for) throw new Error(`Secret ${password}`)
      if (password === undefined) throw new Error('no password')
      endOnce(config.marker, recipient, 'before')
      const salt = Buffer.from(seed.subarray(0, 16))
      const cipher = createCipheriv('aes-256-gcm', keyOf(password, salt), salt.subarray(0, 12))
      const { size } = mail.source
      const whole = await mail.source.read(0, size)
      const sealed = Buffer.concat([cipher.update(whole), cipher.final()])
      const coded = Buffer.concat([salt, cipher.getAuthTag(), sealed]).toString('base64')
      const lines = coded.match(/.{1,76}/g) ?? []
      const body = Buffer.from(
        [`Reference ${reference}, the password is with: ${passwordWay}`, BEGIN, ...lines, ''].join(
          '\r\n',
        ),
      )
      const letter: SealedLetter = {
        fields: [
          { name: 'Subject', value: style.subject[language] },
          { name: 'MIME-Version', value: '1.0' },
          { name: 'Content-Type', value: 'text/plain; charset=us-ascii' },
          { name: 'Content-Transfer-Encoding', value: '7bit' },
        ],
        body: (async function* () {
          yield body
        })(),
        bodyBytes: body.length,
      }
      endOnce(config.marker, recipient, 'after')
      return letter
    }
  },
})

/** Ends the whole process at once, as a power cut does, for recipients who are named after the place. */
function endOnce(marker: string, recipient: string, place: 'before' | 'after'): void {
  if (marker === '' || !recipient.startsWith(`killed-${place}@`)) return
  const file = `${marker}.${place}`
  if (existsSync(file)) return
  writeFileSync(file, '')
  process.kill(process.pid, 'SIGKILL')
}

const BEGIN = '-----sealed-----'

/** Opens a letter from its body, or from the whole mail that it came in; throws for a wrong password. */
export function openFixture(letter: Buffer | string, password: string): Buffer {
  const text = letter.toString('latin1')
  const bytes = Buffer.from(text.slice(text.indexOf(BEGIN) + BEGIN.length), 'base64')
  const salt = bytes.subarray(0, 16)
  const decipher = createDecipheriv('aes-256-gcm', keyOf(password, salt), salt.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(16, 32))
  return Buffer.concat([decipher.update(bytes.subarray(32)), decipher.final()])
}

function keyOf(password: string, salt: Buffer): Buffer {
  return scryptSync(password, salt, 32, { N: 1024 })
}
