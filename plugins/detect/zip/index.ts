import {
  CONTAINER_SETTINGS,
  definePlugin,
  detectInLeaves,
  judgeZip,
  looksLikeText,
  type Part,
} from 'postseal/plugin'

/**
 * An archive is known by its end, so anything may be one; only a text that says it is a text is none.
 */
const mayBe = (front: Buffer, { type }: Part): boolean =>
  front.length > 0 && !(type.startsWith('text/') && looksLikeText(front))

export default definePlugin({
  name: 'detect/zip',
  stage: 'detect',
  summary: 'Finds ZIP archives by their bytes and judges whether they protect what they hold.',
  config: CONTAINER_SETTINGS,
  setup: ({ config }) => detectInLeaves(judgeZip, mayBe, config),
})
