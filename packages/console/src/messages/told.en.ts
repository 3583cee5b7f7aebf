/** Titles of cases and the lines of their story, from the codes of the server. */
export const toldEn = {
  title: {
    rule: (kind: string, rule: string, undecided: boolean) => `${kind}${undecided ? ', not checked' : ''}: ${rule}`,
    anyRule: 'a rule',
    past: (kind: string, what: string) => `Looked back, ${kind}: ${what}`,
    list: (list: string, version: number) => `${list} version ${version}`,
    report: (harm: string | null) => (harm === null ? 'Report' : `Report: ${harm}`),
    appeal: 'Appeal against a decision',
    unjudged: 'Event that could not be judged',
    breaker: (rules: string) => `Fires far more often than it did: ${rules}`,
    early: (ruleset: string, version: number) => `Rule set ${ruleset} ${version} went live early: look at what it does`,
    notice: (of: string | null) => `Notice to send or to withhold: ${of ?? 'an earlier decision'}`,
  },
  by: (by: string) => (by === 'machine' ? 'machine' : by),
  step: {
    opened: (title: string) => `Opened: ${title}`,
    joined: (title: string) => `Joined: ${title}`,
    decided: (choice: string) => `Decided: ${choice}`,
    answered: {
      upheld: 'Appeal: the decision stands',
      partly: 'Appeal: granted in part',
      reversed: 'Appeal: granted',
    },
    noticed: {
      sent: 'The notice is sent',
      withheld: 'The notice waits for longer',
      nothing: 'Nothing was left to tell',
    },
    undone: 'Decision undone',
    reversed: 'Decision reversed',
    skipped: (reason: string) => `Skipped: ${reason}`,
    handed: { anyone: 'Handed to whoever comes next', lead: 'Handed to a lead' },
  },
  /** What will happen to the account `person`, which may be unknown. */
  effect: {
    keep: 'nothing is removed',
    release: 'a held item is released',
    remove: 'remove 1 item',
    not_delivered: 'the held item is not delivered',
    tell_person: (person: string | null) => `tell ${person ?? 'the account'} why`,
    warn: (person: string | null) => `warn ${person ?? 'the account'}`,
    suspend: (person: string | null) => `suspend ${person ?? 'the account'} until somebody ends it`,
    limit: (person: string | null, hours: number) =>
      `limit messages of ${person ?? 'the account'} for ${hours} ${hours === 1 ? 'hour' : 'hours'}`,
    tell_reporters: (count: number) => (count === 1 ? 'tell the reporter' : `tell ${count} reporters`),
    appealable: (days: number) => `can be appealed for ${days} days`,
  },
  unsupported: {
    platform: 'The platform said that it cannot carry this out.',
    no_item: 'This case is about an account, not about one item.',
  },
}
