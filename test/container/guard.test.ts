import t from 'tap'
import { guardWalk } from '../../src/container/guard.js'
import { GatewayError } from '../../src/errors.js'

t.test('a container that is no good becomes unknown', async t => {
  const failing = () => Promise.reject(new GatewayError('ERR_CONTAINER_TRUNCATED'))
  t.same(await guardWalk('CMS', failing), {
    verdict: 'unknown',
    why: 'CMS: the container breaks off',
  })
})

t.test('every other trouble flies on', async t => {
  await t.rejects(
    guardWalk('CMS', () => Promise.reject(new Error('disk gone'))),
    { message: 'disk gone' },
  )
  const bug = () => Promise.reject(new GatewayError('ERR_BUG', { what: 'x' }))
  await t.rejects(guardWalk('CMS', bug), { code: 'ERR_BUG' })
})

t.test('a good result is given on', async t => {
  t.equal(await guardWalk('CMS', () => Promise.resolve(7)), 7)
})
