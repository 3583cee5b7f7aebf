/** Several of a few: a group of check boxes. */
export function Checks<T extends string>(props: {
  label: string
  all: readonly T[]
  chosen: readonly T[]
  words: (one: T) => string
  onChange: (chosen: T[]) => void
}) {
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-fine font-semibold text-muted">{props.label}</legend>
      <div className="flex flex-wrap gap-1.5">
        {props.all.map((one) => (
          <label
            className="flex min-h-7 cursor-pointer items-center gap-1.5 rounded-md border border-line px-2 hover:border-edge has-checked:border-accent has-checked:bg-glow has-focus-visible:outline-2 has-focus-visible:outline-accent"
            key={one}
          >
            <input
              checked={props.chosen.includes(one)}
              className="size-3.5 accent-accent outline-none"
              onChange={(event) =>
                props.onChange(
                  event.target.checked ? [...props.chosen, one] : props.chosen.filter((other) => other !== one),
                )
              }
              type="checkbox"
            />
            {props.words(one)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
