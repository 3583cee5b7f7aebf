export type Language = 'en' | 'de' | 'es' | 'fr' | 'ar'

/** What is kept, in the words of the privacy page. */
export type KeptCategory = 'reports' | 'cases' | 'notices' | 'deliveries' | 'ledger' | 'staff' | 'media' | 'operation'

/** Measures that a notice names. */
export type NoticeEffect = 'remove' | 'warn' | 'limit' | 'suspend' | 'block' | 'hold'

/** What a decision rests on: a rule's match, a check that could not be made, a person's look. */
export type NoticeFacts = 'rule_matched' | 'not_checked' | 'person_looked'

/** Capabilities of `chat.schema.wick`. */
export type Capability =
  | 'messages'
  | 'messages_to_minors'
  | 'suggested_to_minors'
  | 'new_contacts'
  | 'links'
  | 'media'
  | 'posts'
  | 'groups'

/** All words of the users' pages in one language. A missing one does not compile. */
export interface Messages {
  readonly language: Language
  readonly name: string
  readonly direction: 'ltr' | 'rtl'
  readonly leave: string
  readonly languages: string
  /** Before words that were written in another language only. */
  readonly onlyIn: (language: string) => string
  readonly nothing: { readonly title: string; readonly text: string }
  /** Somebody has to wait: they came too often, or too many came at once. `time` is how long, in words. */
  readonly wait: {
    readonly title: string
    readonly tooOften: (time: string) => string
    readonly busy: (time: string) => string
  }
  readonly notice: {
    readonly title: string
    readonly decidedOn: (date: string) => string
    readonly what: string
    /** What a decision does, by its name; other effects are shown as they were written. */
    readonly effects: Readonly<Record<NoticeEffect, string>>
    readonly limited: (what: string) => string
    /** What an account can be kept from, by the names of the shipped schema; others are shown as the platform's schema names them. */
    readonly capabilities: Readonly<Record<Capability, string>>
    readonly why: string
    readonly facts: string
    /** What a decision rests on, by its name. */
    readonly factsOf: Readonly<Record<NoticeFacts, string>>
    readonly rule: string
    readonly statement: string
    readonly who: string
    readonly byMachine: string
    readonly byPerson: string
    readonly foundBy: Readonly<Record<'machine' | 'report' | 'person', string>>
    readonly where: string
    readonly onPlatform: (platform: string) => string
    readonly until: (date: string) => string
    readonly noEnd: string
    readonly withdrawn: string
    readonly erased: string
    readonly disagree: string
    readonly appealBy: (date: string) => string
    readonly appealOver: (date: string) => string
    readonly appealLink: string
    readonly outOfCourt: string
    readonly court: string
    readonly receipt: string
    readonly receiptText: (start: string) => string
    readonly download: string
  }
  readonly appeal: {
    readonly title: string
    readonly text: string
    readonly someoneElse: string
    readonly send: string
    readonly back: string
    readonly empty: string
    readonly tooLong: string
    readonly again: string
    readonly received: (date: string) => string
    readonly waiting: string
    readonly yours: string
    readonly decided: (date: string) => string
    readonly outcome: Readonly<Record<'upheld' | 'partly' | 'reversed', string>>
    readonly reasons: string
    readonly toNotice: string
  }
  readonly privacy: {
    readonly title: string
    readonly intro: (platform: string) => string
    readonly whatAndLong: string
    readonly category: Readonly<Record<KeptCategory, string>>
    readonly purpose: Readonly<Record<KeptCategory, string>>
    readonly kept: (days: string) => string
    readonly keptOpen: string
    readonly never: string
    readonly law: string
    readonly lawText: string
    readonly rights: string
    readonly rightsText: (contact: string) => string
    readonly holds: string
    readonly encrypted: string
  }
}
