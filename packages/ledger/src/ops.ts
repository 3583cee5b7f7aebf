/** The values that the field `op` may have, by the kind's number. A kind without such a field has no row. */
export const OPS: ReadonlyMap<number, readonly string[]> = new Map(
  Object.entries({
    2: 'made undone reversed',
    3: 'delivered cancelled',
    5: 'accepted verified closed',
    6: 'received decided',
    7: 'placed extended ended destroyed',
    9: 'approved sent unclear cancelled supplemented',
    10: 'queried opened shown',
    11: 'granted removed enrolled revoked',
    // The commands of orders.md §9, then the gags.
    20:
      'receive authenticate mark_fake ask answer time_out decide accept refuse execute confirm_effect reinstate ' +
      'confirm extend convert end collect prepare approve send_back seal release stop fetch expire recall close ' +
      'withdraw reopen gagged gag_extended gag_ended',
    30: 'opened key_added key_retired key_compromised witnesses resumed recovered continues',
    31: 'epoch desk counted revoked destroying destroyed seed_published desk_destroyed',
    32: 'published withdrawn',
    33: 'shadow trial live rollback paused resumed retired',
    35: 'published corrected',
    38: 'live rollback bar',
  }).map(([no, ops]) => [Number(no), ops.split(' ')]),
)
