import t from 'tap'
import {
  addressOf,
  headerTable,
  mapsDirectory,
  nextHopOf,
  policyMap,
} from '../../../src/postfix/lanes/names.js'
import { instanceFacts, lanesConfig } from '../../support/postfix-instance.js'

await t.test('listeners as addresses and as next hops', async t => {
  t.same(addressOf('127.0.0.1:10026'), { host: '127.0.0.1', port: '10026' })
  t.same(addressOf('[::1]:25'), { host: '::1', port: '25' })
  t.same(addressOf('smtp'), { host: '', port: 'smtp' })
  t.equal(nextHopOf('127.0.0.1:10026'), '[127.0.0.1]:10026')
  t.equal(nextHopOf('[::1]:10026'), '[::1]:10026')
})

await t.test('maps below the state directory, or where the settings say', async t => {
  const config = lanesConfig()
  t.equal(mapsDirectory(config), '/var/lib/postseal/maps')
  t.equal(mapsDirectory(lanesConfig('[maps]\ndirectory = "/srv/maps"\n')), '/srv/maps')
  const facts = instanceFacts({ mapTypes: ['cdb', 'hash', 'pcre'] })
  t.equal(policyMap('qtls_policy', config, facts), 'cdb:/var/lib/postseal/maps/qtls_policy')
  t.equal(headerTable('pins', facts), 'pcre:/etc/postfix/postseal/pins')
})
