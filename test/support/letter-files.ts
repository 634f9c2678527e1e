import { createServer, type AddressInfo } from 'node:net'
import type { Mail } from '../../src/message/mail.js'
import { deriveKeys } from '../../src/seal/container/keys.js'
import { joinPayload, type LetterView } from '../../src/seal/container/payload.js'
import { writeLetterFile } from '../../src/seal/html/letter-file.js'
import { writeStyle } from '../../src/seal/html/letter-style.js'
import { innerMessage } from '../../src/seal/inner-message.js'
import { viewOf } from '../../src/seal/letter-view.js'
import { PASSWORD, sampleHeader, sampleOrder } from './seal-samples.js'

/**
 * The file of a letter with the fewest iterations, its HTML as it came: what the page does with what a
 * gateway would never have let through.
 */
export async function uncleanLetter(
  mail: Mail,
  changes: Partial<LetterView> = {},
): Promise<Buffer> {
  const inner = innerMessage(mail)
  const view = await viewOf({ mail, inner, sender: 'anna@in.example', sanitise: html => html })
  const payload = joinPayload({ ...view, ...changes }, inner)
  const header = sampleHeader(payload.size)
  const keys = await deriveKeys(PASSWORD, header)
  const pieces: Buffer[] = []
  const style = writeStyle(sampleOrder(mail).style, 'de')
  for await (const piece of writeLetterFile(payload, header, keys, style)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A port that counts who calls. */
export async function countCalls(): Promise<{
  readonly port: number
  readonly calls: () => number
  readonly close: () => void
}> {
  let calls = 0
  const server = createServer(socket => {
    calls += 1
    socket.destroy()
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { port, calls: () => calls, close: () => void server.close() }
}

/** HTML that tries what it can to act and to call somebody. */
export function hostileHtml(port: number): string {
  const url = `http://127.0.0.1:${port}`
  return `<p id="text">harmless text</p>
<script>top.pwned = 1; parent.document.title = 'pwned'; new Image().src = '${url}/script'</script>
<script src="${url}/script.js"></script>
<img src="${url}/img.png"><img src=x onerror="top.pwned = 2; location = '${url}/onerror'">
<svg onload="top.pwned = 3"><image href="${url}/svg.png"/></svg>
<style>@import '${url}/import.css'; body { background: url(${url}/style.png) }</style>
<link rel="stylesheet" href="${url}/link.css"><link rel="prefetch" href="${url}/prefetch">
<link rel="dns-prefetch" href="//127.0.0.1:${port}"><link rel="preconnect" href="${url}">
<div style="background-image: url(${url}/attr.png)">x</div>
<base href="${url}/"><meta http-equiv="refresh" content="0;url=${url}/refresh">
<iframe src="${url}/frame"></iframe><iframe srcdoc="<script>top.pwned = 4</script>"></iframe>
<object data="${url}/object"></object><embed src="${url}/embed">
<video src="${url}/video" autoplay poster="${url}/poster"></video><audio src="${url}/audio" autoplay></audio>
<form id="f" action="${url}/form"><input name="password" autofocus onfocus="top.pwned = 5"></form>
<details open ontoggle="top.pwned = 6"><summary>x</summary></details>
<a id="link" href="javascript:top.pwned = 7">click</a>
</body></html><script>top.pwned = 8</script><!-- <img src="cid:x"> "cid:logo@in" -->`
}
