import * as peers from '../lib/install.ts'

/** The version of an engine that the lock file's package asks for. */
export const versionOf = (name: string): string => peers.versionOf(import.meta.dirname, name)

/** @returns why the engines could not be installed, or undefined */
export const installPeers = (): string | undefined => peers.installPeers(import.meta.dirname)
