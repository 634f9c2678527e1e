import {
  CONTAINER_SETTINGS,
  definePlugin,
  detectInLeaves,
  judgeOpenDocument,
} from 'postseal/plugin'

/** An OpenDocument file is a ZIP archive; what stands in front of it makes it something else. */
const mayBe = (front: Buffer): boolean => front.toString('latin1', 0, 4) === 'PK\x03\x04'

export default definePlugin({
  name: 'detect/odf',
  stage: 'detect',
  summary: 'Finds OpenDocument files with a password and judges whether it protects them.',
  config: CONTAINER_SETTINGS,
  setup: ({ config }) => detectInLeaves(judgeOpenDocument, mayBe, config),
})
