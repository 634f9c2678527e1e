import { CONTAINER_SETTINGS, definePlugin, detectInLeaves, judgeOffice } from 'postseal/plugin'

const MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')

const mayBe = (front: Buffer): boolean => front.subarray(0, MAGIC.length).equals(MAGIC)

export default definePlugin({
  name: 'detect/office',
  stage: 'detect',
  summary: 'Finds Office files with a password by their bytes and judges whether it protects them.',
  config: CONTAINER_SETTINGS,
  setup: ({ config }) => detectInLeaves(judgeOffice, mayBe, config),
})
