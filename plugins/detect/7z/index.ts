import {
  CONTAINER_SETTINGS,
  definePlugin,
  detectInLeaves,
  judgeSevenZip,
  isProgramFront,
} from 'postseal/plugin'

const MAGIC = Buffer.from('377abcaf271c', 'hex')

/** The archive itself, or a program that unpacks it. */
const mayBe = (front: Buffer): boolean =>
  front.subarray(0, MAGIC.length).equals(MAGIC) || isProgramFront(front)

export default definePlugin({
  name: 'detect/7z',
  stage: 'detect',
  summary: 'Finds 7z archives by their bytes and judges whether they protect what they hold.',
  config: CONTAINER_SETTINGS,
  setup: ({ config }) => detectInLeaves(judgeSevenZip, mayBe, config),
})
