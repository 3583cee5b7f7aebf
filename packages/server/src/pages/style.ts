/** The one style sheet of all users' pages: no font, no picture, light and dark by the reader's system, and paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1b2430; --paper: #fff; --quiet: #55606e; --line: #c9d0d9; --amber: #8a5a00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --paper: #141a22; --quiet: #a9b4c2; --line: #3a4553; --amber: #f0b64a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 40rem; background: var(--paper); color: var(--ink);
  font: 1.05rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
header, footer { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; color: var(--quiet); }
footer { margin-top: 2rem; padding-top: .8rem; border-top: 1px solid var(--line); }
nav a { display: inline-block; margin-inline-end: .6rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin-top: 1.8rem; }
a { color: inherit; text-underline-offset: .2em; }
a, button, textarea { min-height: 1.6rem; }
:focus-visible { outline: 3px solid var(--amber); outline-offset: 2px; }
.leave, button { display: inline-block; padding: .5rem 1rem; border: 2px solid var(--amber); border-radius: .4rem;
  background: transparent; color: var(--ink); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
blockquote { margin: 0; padding-inline-start: 1rem; border-inline-start: 4px solid var(--line); white-space: pre-wrap; }
textarea { width: 100%; min-height: 12rem; padding: .6rem; border: 1px solid var(--quiet); border-radius: .4rem;
  background: transparent; color: inherit; font: inherit; }
label { font-weight: 600; display: block; margin-bottom: .4rem; }
.problem { border: 2px solid var(--amber); padding: .6rem; font-weight: 600; }
.quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); }
code, pre { font-size: .95em; }
pre { white-space: pre-wrap; padding: .6rem; border: 1px solid var(--line); border-radius: .4rem; }
td { font-variant-numeric: tabular-nums; }
.leave { margin-inline-end: auto; }
@media (max-width: 30rem) { table, tbody, tr, th, td { display: block; border: 0; } tr { border-bottom: 1px solid var(--line); } thead { display: none; } }
@media (forced-colors: active) { .leave, button { border-color: ButtonText; } }
@media print { .leave, nav, form { display: none; } body { max-width: none; } }
`
