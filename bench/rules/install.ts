import { peersIn } from '../lib/peers.ts'

const peers = peersIn(import.meta.dirname)

/** Installs the engines that Wick is compared with; gives why it could not be done, or undefined. */
export const installPeers = peers.install
/** The version of an engine. */
export const versionOf = peers.version
