import t from 'tap'
import { givesPassword } from '../../src/policy/password-hint.js'

t.test('a password that is given away', async t => {
  const texts = [
    'Das Passwort lautet: geheim',
    'Passwort: Kz7m-Qp4x',
    'Kennwort für die Datei ist „Sommer2024“',
    'PIN = 4711',
    'The password is hunter2.',
    'password for the attached zip file: abc123',
    'https://transfer.example/download?id=1&password=abc',
    'Le mot de passe est secret99',
    "Votre code d'accès : A1B2C3",
    'La password è segreto1',
    'parola chiave: farfalla7',
    'Das\r\nPasswort\r\nlautet:\r\ngeheim',
  ]
  for (const text of texts) t.equal(givesPassword(text), true, text)
  t.ok(texts.length > 0)
})

t.test('a word on how the password comes', async t => {
  const texts = [
    '',
    'Das Passwort erhalten Sie per SMS.',
    'Das Passwort ist Ihnen bekannt.',
    'Das Passwort wird separat mitgeteilt.',
    'The password is sent by text message.',
    'Your password is known to you.',
    'Le mot de passe est transmis séparément.',
    'La password è nota.',
    'shopping is great fun',
    'spin = left',
  ]
  for (const text of texts) t.equal(givesPassword(text), false, text)
  t.ok(texts.length > 0)
})

t.test('a hostile text does not make it slow', async t => {
  const started = process.cpuUsage()
  givesPassword('passwort '.repeat(30_000))
  givesPassword('pin a a a a a a '.repeat(16_000))
  givesPassword(`password${' a'.repeat(130_000)}`)
  t.ok(process.cpuUsage(started).user < 5_000_000, 'under five seconds of processor time')
})
