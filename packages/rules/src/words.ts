const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Words to which the grammar gives a meaning in a file of rules. Most are keywords only where it expects them. */
export const RULE_WORDS = words(
  `after again allow and any approx as because block bool by contains context count counter critical distinct domain down effect
  every exact expect false fired follow for from gate given harm has hash high hold id ignore in is known label let limit list
  low matches medium near no none not num of off offer on or over owner phash phase policy preserve queue quiet refer release
  repeat review rule ruleset sample schema score sealed send severity signal stale sum tell test text then to true unknown
  until up use user verdict version when where withhold within`,
)

/** The same in a schema. */
export const SCHEMA_WORDS = words(
  `about bool claimed domain dur encrypted enum event false firm grave harm hash id item limit list max num phash record schema score
  sealed text true version`,
)
