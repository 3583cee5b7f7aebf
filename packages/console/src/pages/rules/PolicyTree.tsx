import type { AnswerOf, getPolicies } from '@lamplighter/api'
import { Link } from '@tanstack/react-router'
import { useMessages } from '../../messages/index.ts'
import { textLink } from './Frame.tsx'
import type { CheckedRule } from './useRunning.ts'

type Policy = AnswerOf<typeof getPolicies>['items'][number]

const entry =
  'flex min-h-8 items-center gap-2 rounded-md px-2.5 py-1 text-muted hover:bg-glow hover:text-ink aria-[current]:bg-glow aria-[current]:font-semibold aria-[current]:text-ink'

/** An entry is the current one when the whole address is its own: all rules are not also one policy's. */
const whole = { exact: true } as const

/** The policies of the platform; the chosen one with its texts and the rules that cite it. */
export function PolicyTree(props: {
  policies: readonly Policy[]
  chosen: string | undefined
  rules: readonly CheckedRule[]
}) {
  const t = useMessages()
  const { policies, chosen, rules } = props
  return (
    <ul className="grid gap-0.5">
      <li>
        <Link activeOptions={whole} className={entry} search={{}} to="/rules">
          <span className="min-w-0 flex-1">{t.rulebook.allRules}</span>
          <span className="text-fine">{t.count(rules.length)}</span>
        </Link>
      </li>
      {policies.map((policy) => {
        const own = rules.filter((rule) => rule.policy === policy.id)
        return (
          <li key={policy.id}>
            <Link activeOptions={whole} className={entry} search={{ policy: policy.id }} to="/rules">
              <span className="min-w-0 flex-1">
                {t.said(policy.name)} <span className="text-fine font-normal">{policy.id}</span>
              </span>
              <span className="text-fine">{t.count(own.length)}</span>
            </Link>
            {policy.id === chosen && <Opened policy={policy} rules={own} />}
          </li>
        )
      })}
    </ul>
  )
}

function Opened({ policy, rules }: { policy: Policy; rules: readonly CheckedRule[] }) {
  const t = useMessages()
  const texts = Object.entries(policy.text)
  return (
    <div className="ms-2.5 grid gap-2 border-s-2 border-line py-1 ps-3 pe-1" data-state-line>
      <p className="text-fine text-muted">
        {t.rulebook.policyVersion(policy.version)} · {policy.harms.join(', ')}
      </p>
      <p className="text-fine text-muted">
        {policy.dsaCategory === null
          ? t.rulebook.noDsaCategory
          : t.rulebook.dsaCategory(t.rulebook.dsaCategories[policy.dsaCategory])}
      </p>
      {texts.length === 0 && <p className="text-muted">{t.rulebook.noPolicyText}</p>}
      {texts.map(([language, words]) => (
        <div key={language}>
          <p className="text-fine font-semibold text-muted">{t.languageName(language)}</p>
          <p lang={language}>{words}</p>
        </div>
      ))}
      <ul className="grid">
        {rules.map(({ name }) => (
          <li key={name}>
            <Link className={`${textLink} font-mono text-fine`} params={{ rule: name }} to="/rules/$rule">
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}
