import { definePlugin, sealAsZip, ZIP_LETTER } from 'postseal/plugin'

export default definePlugin({
  name: 'seal/zip',
  stage: 'seal',
  summary: 'Seals a message as a ZIP file with AES-256 that holds the message as one file.',
  letter: ZIP_LETTER,
  thread: 'worker',
  setup: () => sealAsZip,
})
