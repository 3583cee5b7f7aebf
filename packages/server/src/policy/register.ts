import type { DsaCategory, Severity } from '@lamplighter/api'

/** One policy of the platform: what a rule, a decision and a notice cite. */
export interface Policy {
  readonly id: string
  /** A rule-language id; the learner of a policy is `learner_<slug>` (decisions.md 9). */
  readonly slug: string
  readonly name: string
  readonly version: number
  readonly harms: readonly string[]
  /** What it is called in the EU transparency database (referrals.md §11); null where nobody has said. */
  readonly dsaCategory: DsaCategory | null
  readonly severity: Severity
  /** The policy as users read it, by language. */
  readonly text: Readonly<Record<string, string>>
  /** The statement of reasons a reviewer starts from, by language; `{{…}}` must be filled. */
  readonly statement: Readonly<Record<string, string>>
  readonly reasonCodes: readonly { readonly code: string; readonly name: string }[]
}

const policy = (
  id: string,
  slug: string,
  name: string,
  harm: string,
  dsaCategory: DsaCategory,
  severity: Severity,
  text: string,
  statement: string,
  reasonCodes: readonly (readonly [code: string, name: string])[],
): Policy => ({
  id,
  slug,
  name,
  version: 1,
  harms: [harm],
  dsaCategory,
  severity,
  text: { en: text },
  statement: { en: statement },
  reasonCodes: reasonCodes.map(([code, words]) => ({ code, name: words })),
})

/** The register that a new deployment starts with. Rules may cite the ids; the texts are the platform's to change. */
export const shippedPolicies: readonly Policy[] = [
  policy(
    'CSEA-1',
    'child_abuse_media',
    'Child sexual abuse material',
    'csea',
    'PROTECTION_OF_MINORS',
    'critical',
    'Material that shows the sexual abuse of children is forbidden. We report it to the authority that the law names.',
    'We removed a file because it matches known illegal material involving children.',
    [
      ['known', 'known material, matched by a list'],
      ['seen', 'seen by a person'],
    ],
  ),
  policy(
    'CSEA-4',
    'contact_with_children',
    'Unwanted contact with children',
    'csea',
    'PROTECTION_OF_MINORS',
    'high',
    'Adults may not seek out children they do not know, ask them to meet alone, or ask them to keep contact secret.',
    'You contacted a young person who does not know you in a way that we do not allow: {{what was asked}}.',
    [
      ['meeting', 'asked to meet alone'],
      ['secrecy', 'asked for secrecy'],
      ['many', 'contacted many young people'],
    ],
  ),
  policy(
    'CSEA-7',
    'reported_child_abuse',
    'Child abuse in encrypted messages',
    'csea',
    'PROTECTION_OF_MINORS',
    'high',
    'Sending material or messages that sexually abuse or endanger a child is forbidden in encrypted chats, too. We see what a recipient shows us.',
    'People who received your messages showed them to us, and they break our rules on the protection of children: {{how}}.',
    [
      ['media', 'material that shows abuse'],
      ['contact', 'messages that endanger a child'],
    ],
  ),
  policy(
    'TERR-2',
    'terrorism',
    'Support of terrorism',
    'terrorism',
    'RISK_FOR_PUBLIC_SECURITY',
    'high',
    'Propaganda, recruiting or fundraising for terrorist organisations is forbidden. Reporting about them is allowed.',
    'This item promotes an organisation that is banned for terrorism, or asks others to join it.',
    [
      ['propaganda', 'propaganda'],
      ['recruiting', 'recruiting'],
    ],
  ),
  policy(
    'TTL-1',
    'threat',
    'Threat to life',
    'threat_to_life',
    'VIOLENCE',
    'critical',
    'Credible threats to somebody’s life or health are forbidden.',
    'This message reads as a threat to somebody’s life or health.',
    [
      ['threat', 'threat against a person'],
      ['plan', 'plan to hurt somebody'],
    ],
  ),
  policy(
    'SELF-1',
    'self_harm',
    'Self-harm and suicide',
    'self_harm',
    'SELF_HARM',
    'high',
    'We offer help to people who are thinking of hurting themselves. Encouraging others to do so is forbidden.',
    'This message encourages others to hurt themselves.',
    [
      ['encourages', 'encourages self-harm'],
      ['help', 'help was offered'],
    ],
  ),
  policy(
    'BLACKMAIL-1',
    'intimate_images',
    'Blackmail with intimate images',
    'intimate_images',
    'CYBER_VIOLENCE',
    'high',
    'Threatening to show intimate images, or asking for money to keep them back, is forbidden.',
    'You threatened to show something private unless the other person does what you want.',
    [
      ['blackmail', 'asked for money or acts'],
      ['sharing', 'shared without consent'],
    ],
  ),
  policy(
    'HAR-1',
    'harassment',
    'Harassment',
    'harassment',
    'CYBER_VIOLENCE',
    'medium',
    'Targeting a person with insults or repeated unwanted messages is forbidden.',
    'This message harasses another person: {{how}}.',
    [
      ['insult', 'insults'],
      ['repeated', 'repeated unwanted contact'],
    ],
  ),
  policy(
    'LINK-1',
    'harmful_links',
    'Fraud and harmful links',
    'malware',
    'SCAMS_AND_FRAUD',
    'medium',
    'Tricking people into giving away money, passwords or data is forbidden, and so are links to such pages.',
    'This item leads people to a page that is known for fraud.',
    [
      ['link', 'link to a known page'],
      ['scheme', 'a fraud scheme'],
    ],
  ),
  policy(
    'SPAM-3',
    'spam',
    'Spam',
    'spam',
    'OTHER_VIOLATION_TC',
    'low',
    'Bulk unwanted messages and links are forbidden.',
    'This item was sent in bulk or only advertises.',
    [['bulk', 'bulk sending']],
  ),
]
