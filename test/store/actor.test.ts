import { userInfo } from 'node:os'
import t from 'tap'
import { currentActor } from '../../src/store/actor.js'

void t.test('an act is noted under the name of who did it, also behind sudo', async t => {
  t.equal(currentActor({ SUDO_USER: 'ann' }), 'ann (sudo)')
  t.equal(currentActor({ SUDO_USER: '' }), userInfo().username)
  t.equal(currentActor({}), userInfo().username)
})
