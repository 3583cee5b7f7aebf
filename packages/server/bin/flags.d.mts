export const flags: readonly string[]
