import t from 'tap'
import { goodFacts, stsPolicy } from '../support/qtls-facts.js'
import { NOW, pki } from '../support/tls-certificates.js'
import { Forecast } from '../../src/qtls/forecast.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'

t.test('a domain that nobody has looked at waits, by every profile and way of binding', t => {
  const profiles = ['bsi-compatible', 'bsi-2026'].map(readTlsProfile)
  const forecast = new Forecast({ profiles, bindings: ['dnssec', 'mta-sts'], now: 0 })
  forecast.add(7, undefined, undefined)
  forecast.add(3, undefined, undefined)
  const { result } = forecast
  t.same(
    result.map(({ profile }) => profile),
    ['bsi-compatible', 'bsi-2026'],
  )
  for (const { shares, ifChanged } of result) {
    t.same(shares, {
      qualified: { domains: 0, messages: 0 },
      mandatory: { domains: 0, messages: 0 },
      sealed: { domains: 0, messages: 0 },
      waiting: { domains: 2, messages: 10 },
    })
    t.same(
      ifChanged.map(({ binding, counts }) => [binding, counts]),
      [
        ['dnssec', true],
        ['dane', false],
        ['mta-sts', true],
        ['confirmation', false],
        ['own-name', false],
        ['agreement', false],
      ],
    )
    t.ok(ifChanged.every(one => one.shares.waiting.messages === 10))
  }
  t.end()
})

t.test('what an administrator set holds whatever the profile and the bindings are', async t => {
  const profiles = ['bsi-compatible', 'bsi-2026'].map(readTlsProfile)
  const forecast = new Forecast({ profiles, bindings: ['dnssec'], now: 0 })
  forecast.addSet(7, 'qualified')
  forecast.addSet(2, 'none')
  t.equal(forecast.result.length, 2)
  for (const { shares, ifChanged } of forecast.result) {
    t.match(shares, { qualified: { domains: 1, messages: 7 }, sealed: { domains: 1, messages: 2 } })
    t.ok(ifChanged.every(one => one.shares.qualified.messages === 7))
  }
})

t.test('what a way of binding gains or carries is counted', async t => {
  const made = await pki()
  const profiles = [readTlsProfile('bsi-compatible')]
  const forecast = new Forecast({ profiles, bindings: ['dnssec', 'confirmation'], now: NOW })
  const good = goodFacts(made)
  forecast.add(5, good, undefined)
  const unsigned = { ...good, mx: { ...good.mx, state: 'insecure' as const } }
  forecast.add(2, unsigned, undefined)
  forecast.add(1, { ...unsigned, sts: stsPolicy(['mx1.example.com']) }, undefined)
  forecast.add(4, unsigned, { by: 'ann', reason: 'asked', hosts: ['.example.com'] })
  const [result] = forecast.result
  t.match(result?.shares, {
    qualified: { domains: 2, messages: 9 },
    mandatory: { domains: 2, messages: 3 },
  })
  const qualified = Object.fromEntries(
    (result?.ifChanged ?? []).map(({ binding, shares }) => [binding, shares.qualified.messages]),
  )
  t.match(qualified, { dnssec: 4, confirmation: 5, 'mta-sts': 10 })
})
