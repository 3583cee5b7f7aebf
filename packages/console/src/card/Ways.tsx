import { Kbd } from '../ui/Kbd.tsx'

interface Way<Id extends string> {
  readonly id: Id
  readonly title: string
  readonly means: string
}

/** A few ways to choose from, each with its digit and what it means. Nothing is chosen for anybody. */
export function Ways<Id extends string>(props: {
  legend: string
  name: string
  ways: readonly Way<Id>[]
  chosen: Id | null
  onChoose: (id: Id) => void
}) {
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-fine font-semibold text-muted">{props.legend}</legend>
      {props.ways.map(({ id, title, means }, index) => (
        <label
          className="flex min-h-9 cursor-pointer items-center gap-2 rounded-md border border-line px-2 hover:border-edge has-checked:border-accent has-checked:bg-glow has-focus-visible:outline-2 has-focus-visible:outline-accent"
          key={id}
        >
          <input
            checked={props.chosen === id}
            className="size-3.5 shrink-0 accent-accent outline-none"
            name={props.name}
            onChange={() => props.onChoose(id)}
            type="radio"
          />
          <span className="flex-1">
            <span className="font-semibold">{title}</span> <span className="text-fine text-muted">{means}</span>
          </span>
          <Kbd>{index + 1}</Kbd>
        </label>
      ))}
    </fieldset>
  )
}
