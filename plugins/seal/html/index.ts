import { definePlugin, HTML_LETTER, sealAsHtml } from 'postseal/plugin'

export default definePlugin({
  name: 'seal/html',
  stage: 'seal',
  summary: 'Seals a message as one HTML file that opens offline in any browser, with a password.',
  letter: HTML_LETTER,
  thread: 'worker',
  setup: () => sealAsHtml,
})
