import { isIP, isIPv6 } from 'node:net'
import type { NameServer } from './model.js'

const DNS_PORT = 53
const TLS_PORT = 853

/** `[::1]:53`, `127.0.0.1:53`; an IPv6 address without a port needs no brackets. */
const BRACKETED = /^\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?$/
const PLAIN = /^([0-9.]+)(?::(\d{1,5}))?$/
const OVER_TLS = /^tls:\/\/([^#]+)(?:#([A-Za-z0-9.-]{1,253}))?$/

/**
 * Reads `127.0.0.1`, `[::1]:5353`, `tls://192.0.2.1` or `tls://192.0.2.1:853#dns.example`.
 *
 * Gives   the server, or undefined when it is none.
 */
export function parseNameServer(text: string): NameServer | undefined {
  const [, inside, serverName] = OVER_TLS.exec(text) ?? []
  if (inside === undefined) return withPort(text, DNS_PORT, undefined)
  return withPort(inside, TLS_PORT, { serverName: serverName?.toLowerCase() })
}

function withPort(text: string, usual: number, tls: NameServer['tls']): NameServer | undefined {
  if (isIPv6(text)) return Object.freeze({ address: text, port: usual, tls })
  const [, address = '', port = String(usual)] = BRACKETED.exec(text) ?? PLAIN.exec(text) ?? []
  if (isIP(address) === 0 || Number(port) < 1 || Number(port) > 65535) return undefined
  return Object.freeze({ address, port: Number(port), tls })
}

/** 127.0.0.0/8 and ::1: the only addresses whose word about signatures nobody else can change. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
