import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { encodeQuestion, readReply } from './message.js'
import type { Exchange, NameServer, Question, Reply } from './model.js'

/** A forger has to guess the port as well as the id, so no port is kept for long. */
const QUESTIONS_PER_SOCKET = 500
const MAX_SOCKETS = 8
/** Questions under way at a time; more wait for nothing, they fail. */
const MAX_PENDING = 4000

interface Pending {
  readonly question: Question
  readonly done: (reply: Reply | Error) => void
}

/** A socket of a random port that hears one server only. */
interface Door {
  readonly socket: Socket
  readonly connected: Promise<void>
  readonly pending: Map<number, Pending>
  asked: number
  isClosed: boolean
  /** Ends the door and every question that waits at it. */
  readonly fail: (error: Error) => void
}

/**
 * Questions by UDP over few sockets that many questions share, each for a limited number of them.
 *
 * A socket is connected, so the kernel passes on what the server sends and nothing else; the id is
 * random, and a reply has to repeat the question.
 *
 * Source  RFC 5452, section 9
 */
export class UdpExchange implements Exchange {
  readonly #server: NameServer
  readonly #doors: Door[] = []
  #next = 0
  #pending = 0

  constructor(server: NameServer) {
    this.#server = server
  }

  async ask(question: Question, timeoutMs: number): Promise<Reply> {
    if (this.#pending >= MAX_PENDING) throw new Error('too many questions at a time')
    this.#pending += 1
    try {
      return await this.#exchange(this.#door(), question, timeoutMs)
    } finally {
      this.#pending -= 1
    }
  }

  close(): void {
    for (const door of this.#doors.splice(0)) endDoor(door, new Error('closed'))
  }

  async #exchange(door: Door, question: Question, timeoutMs: number): Promise<Reply> {
    door.asked += 1
    let id = randomInt(0x10000)
    while (door.pending.has(id)) id = randomInt(0x10000)
    return new Promise<Reply>((done, fail) => {
      const end = (result: Reply | Error): void => {
        clearTimeout(timer)
        door.pending.delete(id)
        if (door.pending.size === 0 && !this.#doors.includes(door)) closeDoor(door)
        if (result instanceof Error) fail(result)
        else done(result)
      }
      const timer = setTimeout(() => end(new Error('no answer in time')), timeoutMs)
      door.pending.set(id, { question, done: end })
      void door.connected.then(() => {
        if (!door.pending.has(id)) return
        // A closed port may be heard of by whoever sends next; then nobody else hears of it.
        door.socket.send(encodeQuestion(question, id), error => {
          if (error !== null && !door.isClosed) door.fail(error)
        })
      }, end)
    })
  }

  /** Takes turns between sockets; a worn one is no longer among them and closes when it is idle. */
  #door(): Door {
    const at = this.#next
    this.#next = (this.#next + 1) % MAX_SOCKETS
    const door = this.#doors[at]
    if (door !== undefined && door.asked < QUESTIONS_PER_SOCKET) return door
    if (door === undefined) this.#next = 0
    const fresh = openDoor(this.#server, failed => this.#forget(failed))
    this.#doors[door === undefined ? this.#doors.length : at] = fresh
    if (door?.pending.size === 0) closeDoor(door)
    return fresh
  }

  #forget(door: Door): void {
    const at = this.#doors.indexOf(door)
    if (at >= 0) this.#doors.splice(at, 1)
    this.#next = 0
  }
}

function openDoor({ address, port }: NameServer, forget: (door: Door) => void): Door {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const pending = new Map<number, Pending>()
  const connected = new Promise<void>((done, fail) => {
    socket.once('error', fail)
    socket.once('connect', () => done())
  })
  const fail = (error: Error): void => {
    forget(door)
    endDoor(door, error)
  }
  const door: Door = { socket, connected, pending, asked: 0, isClosed: false, fail }
  // A closed port is heard of here, since the socket is connected.
  socket.on('error', fail)
  socket.on('message', bytes => {
    if (bytes.length < 2) return
    const id = bytes.readUInt16BE(0)
    const asked = pending.get(id)
    if (asked === undefined) return
    const reply = readReply(bytes, asked.question, id)
    if (reply !== undefined) asked.done(reply)
  })
  socket.connect(port, address)
  return door
}

function endDoor(door: Door, reason: Error): void {
  for (const { done } of door.pending.values()) done(reason)
  closeDoor(door)
}

/** Once only: a socket that is still being opened remembers to close, and would do it twice. */
function closeDoor(door: Door): void {
  if (door.isClosed) return
  door.isClosed = true
  door.socket.close()
}
