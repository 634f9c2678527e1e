import { definePlugin, PDF_LETTER, sealAsPdf } from 'postseal/plugin'

export default definePlugin({
  name: 'seal/pdf',
  stage: 'seal',
  summary: 'Seals a message as a PDF file with AES-256: its text, and everything else attached.',
  letter: PDF_LETTER,
  thread: 'worker',
  setup: () => sealAsPdf,
})
