/** The parts of a version's page, as its address names them. */
export const versionTabs = ['text', 'changes', 'shadow', 'backtest', 'retro', 'backfill', 'history'] as const
