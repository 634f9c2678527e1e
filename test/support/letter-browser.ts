import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A browser of another engine than Chromium, driven by the protocol that Debian's build speaks. */
export interface LetterBrowser {
  open(url: string): Promise<void>
  /** Runs the body of a function in the page; what it returns, a promise too, comes back. */
  run(script: string, ...args: readonly unknown[]): Promise<unknown>
  close(): Promise<void>
}

/**
 * Firefox without a window, by its own Marionette protocol: lengths and JSON over TCP.
 *
 * Source  firefox-source-docs.mozilla.org, testing/marionette, Protocol
 */
export async function openFirefox(): Promise<LetterBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'postseal-firefox-'))
  const port = await freePort()
  const prefs = { 'marionette.port': port, 'intl.accept_languages': 'it', 'app.update.auto': false }
  const lines = Object.entries(prefs).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
  )
  writeFileSync(join(profile, 'user.js'), lines.join('\n'))
  const args = ['--headless', '--marionette', '--no-remote', '--profile', profile]
  const child = start('firefox-esr', args, { HOME: profile })
  const socket = await connected(port)
  const ask = marionette(socket)
  await ask('WebDriver:NewSession', {
    capabilities: { alwaysMatch: { acceptInsecureCerts: false } },
  })
  await ask('WebDriver:SetTimeouts', { script: 60_000, pageLoad: 120_000 })
  return {
    open: async url => void (await ask('WebDriver:Navigate', { url })),
    run: (script, ...list) => ask('WebDriver:ExecuteScript', { script, args: list }),
    close: async () => {
      socket.destroy()
      await ended(child)
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** WebKitGTK's small browser on a display of its own, by WebDriver (W3C) over HTTP. */
export async function openWebKit(): Promise<LetterBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'postseal-webkit-'))
  const display = `:${90 + (process.pid % 900)}`
  const screen = start('Xvfb', [display, '-screen', '0', '1280x1000x24', '-nolisten', 'tcp'], {})
  const port = await freePort()
  // Its own sandbox needs rights that a container does not have.
  const env = {
    DISPLAY: display,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    LC_ALL: 'C.UTF-8',
    LANGUAGE: 'fr',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    GDK_BACKEND: 'x11',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  }
  const driver = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], env)
  ;(await connected(port)).destroy()
  const call = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/session${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    const { value } = (await answer.json()) as {
      value: { error?: string; message?: string } | null
    }
    if (typeof value?.error === 'string') throw new Error(`${value.error}: ${value.message}`)
    return value
  }
  const options = { binary: MINI_BROWSER, args: ['--automation'] }
  const { sessionId } = (await call('', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  })) as { sessionId: string }
  await call(`/${sessionId}/timeouts`, { script: 60_000, pageLoad: 120_000 })
  return {
    open: async url => void (await call(`/${sessionId}/url`, { url })),
    run: (script, ...args) => call(`/${sessionId}/execute/sync`, { script, args }),
    close: async () => {
      await fetch(`http://127.0.0.1:${port}/session/${sessionId}`, { method: 'DELETE' })
      for (const child of [driver, screen]) await ended(child)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

function start(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): ChildProcess {
  const clean = { ...process.env, ...env }
  delete clean['NODE_OPTIONS']
  return spawn(command, args, { env: clean, stdio: 'ignore' })
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(done => {
    child.once('exit', () => done())
    child.kill('SIGKILL')
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise(done => server.close(done))
  return port
}

/** A program that was just started takes its time until it listens. */
async function connected(port: number): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>(done => {
      socket.once('connect', () => done(true))
      socket.once('error', () => done(false))
    })
    if (isOpen) return socket
    if (tries > 300) throw new Error(`nothing listens on port ${port}`)
    await pause(100)
  }
}

type Answer = readonly [type: 1, id: number, error: { message: string } | null, result: unknown]

function marionette(socket: Socket): (name: string, parameters: unknown) => Promise<unknown> {
  let buffer = Buffer.alloc(0)
  let last = 0
  const open = new Map<number, (answer: Answer) => void>()
  socket.on('data', chunk => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const colon = buffer.indexOf(':')
      const length = Number(buffer.toString('latin1', 0, colon))
      if (colon < 0 || buffer.length < colon + 1 + length) return
      const text = buffer.toString('utf8', colon + 1, colon + 1 + length)
      buffer = buffer.subarray(colon + 1 + length)
      const message = JSON.parse(text) as Answer
      // The first message is a greeting.
      if (Array.isArray(message)) open.get(message[1])?.(message)
    }
  })
  return (name, parameters) => {
    const id = (last += 1)
    const text = JSON.stringify([0, id, name, parameters])
    return new Promise((done, fail) => {
      open.set(id, ([, , error, result]) => {
        open.delete(id)
        if (error !== null) fail(new Error(`${name}: ${error.message}`))
        else done((result as { value?: unknown } | null)?.value)
      })
      socket.once('close', () => fail(new Error('Firefox has ended')))
      socket.write(`${Buffer.byteLength(text)}:${text}`)
    })
  }
}
