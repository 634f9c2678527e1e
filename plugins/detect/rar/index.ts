import {
  CONTAINER_SETTINGS,
  definePlugin,
  detectInLeaves,
  judgeRar,
  isProgramFront,
} from 'postseal/plugin'

const MAGIC = Buffer.from('526172211a07', 'hex')

/** The archive itself, or a program that unpacks it. */
const mayBe = (front: Buffer): boolean =>
  front.subarray(0, MAGIC.length).equals(MAGIC) || isProgramFront(front)

export default definePlugin({
  name: 'detect/rar',
  stage: 'detect',
  summary: 'Finds RAR archives by their bytes and judges whether they protect what they hold.',
  config: CONTAINER_SETTINGS,
  setup: ({ config }) => detectInLeaves(judgeRar, mayBe, config),
})
