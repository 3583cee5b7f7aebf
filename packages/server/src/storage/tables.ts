/**
 * All tables, by name. Each subject adds its own in its `store.ts`:
 *
 * ```ts
 * declare module '../storage/tables.ts' { interface Tables { cases: CasesTable } }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Tables {}
