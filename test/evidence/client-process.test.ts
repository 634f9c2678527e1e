import t from 'tap'
import { ClientProcess } from '../../src/evidence/client-process.js'

const SESSION = {
  trust: 'Verified',
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  details: '',
} as const
const loose = (text: string) => ({ at: 1, service: 'qtls', relay: '', dsn: '', text })

void t.test('a session belongs to the next queue entry and to no other', async t => {
  const process = new ClientProcess()
  process.addSession('mx[192.0.2.1]:25', SESSION)
  process.beginEntry('A1')
  t.equal(process.session('mx[192.0.2.1]:25'), SESSION)
  process.beginEntry('A1')
  t.equal(process.session('mx[192.0.2.1]:25'), SESSION, 'also for its other recipients')
  t.equal(process.session('mx[192.0.2.2]:25'), undefined, 'not with another server')
  process.beginEntry('B2')
  t.equal(process.session('mx[192.0.2.1]:25'), undefined)
})

void t.test('a session with the same server takes the place of the one before', async t => {
  const process = new ClientProcess()
  process.addSession('mx[192.0.2.1]:25', SESSION)
  process.addSession('mx[192.0.2.1]:25', { ...SESSION, trust: 'Untrusted' })
  t.match(process.session('mx[192.0.2.1]:25'), { trust: 'Untrusted' })
  process.endSession('mx[192.0.2.1]')
  t.equal(process.session('mx[192.0.2.1]:25'), undefined, 'also where a line names no port')
})

void t.test('failures without a queue id are handed over once, and not without bounds', async t => {
  const process = new ClientProcess()
  for (let count = 0; count < 60; count++) process.addLoose(loose(`${count}`))
  t.equal(process.beginEntry('A1').length, 50)
  t.same(process.beginEntry('A1'), [])
})

void t.test('remarks are of the server that was named last', async t => {
  const process = new ClientProcess()
  process.addRemark('mx[192.0.2.1]:25', 'lost connection')
  process.addRemark('', 'error of the library')
  t.equal(process.server, 'mx[192.0.2.1]:25')
  process.addRemark('mx[192.0.2.2]:25', 'another')
  t.same(process.takeRemarks('mx[192.0.2.1]:25'), ['lost connection', 'error of the library'])
  t.same(process.takeRemarks('mx[192.0.2.1]:25'), [], 'once')
  process.beginEntry('A1')
  process.beginEntry('B2')
  t.same(process.takeRemarks('mx[192.0.2.2]:25'), [], 'not for the next queue entry')
  for (let count = 0; count < 60; count++) process.addRemark('mx[192.0.2.3]:25', `${count}`)
  t.equal(process.takeRemarks('mx[192.0.2.3]:25').length, 50)
})
