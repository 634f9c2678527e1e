/** Result of looking at something outside the settings: what was seen, or why nothing was. */
export type Seen<Value> =
  { readonly seen: true; readonly value: Value } | { readonly seen: false; readonly reason: string }

/** A unix socket and every directory on the way to it, from the root down. */
export interface SocketPath {
  readonly socket: PathRights
  readonly directories: readonly PathRights[]
}

export interface PathRights {
  readonly path: string
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** A user or group of the system, by number. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** What the files of the machine say. */
export interface FileFacts {
  readonly mainCf: string
  readonly masterCf: string
  /** Whom Postfix's daemons run as: `mail_owner`. */
  readonly postfix: Account | undefined
  /** Whom our daemon runs as: the owner of state_directory. */
  readonly daemon: Account | undefined
  /** The socket of the milter; undefined where the settings name none of the unix family. */
  readonly socket: Seen<SocketPath> | undefined
  /** The log that the follower reads, when it is a file. */
  readonly log: Seen<SocketPath> | undefined
  /** Files for the TLS of Postfix’s clients that are named and not there. */
  readonly missing: readonly string[]
  /** resolv.conf by path: the system's, and that of the chroot where lanes live in one. */
  readonly resolvConf: ReadonlyMap<string, string>
}

/** How a map that Postfix reads differs from what the store says now. */
export interface MapDifference {
  readonly path: string
  /** Domains whose entry is missing, other, or no longer wanted. */
  readonly domains: number
  /** The text is right, but its compiled form is missing. */
  readonly uncompiled: boolean
}

/** What setup would do now. */
export interface SetupFacts {
  /** Entries and files that are not as setup writes them. */
  readonly changes: readonly { readonly path: string; readonly key: string }[]
  /** What keeps setup from it, one sentence each. */
  readonly conflicts: readonly string[]
}

/** What answers now. */
export interface LiveFacts {
  /** Negotiation with the milter, as smtpd(8) would begin it. */
  readonly milter: Seen<string>
  /** Since when Postfix runs with what it has read. */
  readonly running: Seen<Running>
  /** Greeting of each listener, by its address. */
  readonly listeners: ReadonlyMap<string, Seen<string>>
  /** Greeting of the Postfix that notices go to. */
  readonly notices: Seen<string>
  readonly resolvers: readonly ResolverFacts[]
}

/** Epoch milliseconds. */
export interface Running {
  readonly readAt: number
  /** Last change of main.cf and master.cf, by path. */
  readonly changedAt: ReadonlyMap<string, number>
}

/** What a name server of resolv.conf said about a name whose signature is known to be right or wrong. */
export interface ResolverFacts {
  readonly address: string
  readonly signed: Seen<DnsAnswer> & { readonly name: string }
  /** Only where a name with a wrong signature was given. */
  readonly bogus: (Seen<DnsAnswer> & { readonly name: string }) | undefined
}

export interface DnsAnswer {
  /** `NOERROR`, `SERVFAIL`, … */
  readonly code: string
  /** The AD bit: the resolver says that it has validated. */
  readonly authentic: boolean
}

export interface StoreContents {
  readonly revision: number
  /** Last change of a level; undefined: there is none. */
  readonly levelsChangedAt: number | undefined
  readonly levels: number
  /** Levels whose time is over, so that they count as undetermined. */
  readonly expired: number
  readonly followedAt: number | undefined
  /** Rows of the waiting room. */
  readonly waiting: number
  /** Domains that have a level, some of them: known to be outside. */
  readonly sampleDomains: readonly string[]
}

/** Undefined: there is no store yet. */
export type StoreFacts = Seen<StoreContents> | undefined
