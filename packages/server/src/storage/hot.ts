/**
 * Works that may run as READ COMMITTED on PostgreSQL, because they take the locks they need themselves. Each has an interleaving test;
 * a work that is not listed here does not load as `hot`.
 */
export const HOT_WORKS: ReadonlySet<string> = new Set([
  // One guarded upsert or update of one row; contract case K-11.
  'storage.leases.acquire',
  'storage.leases.renew',
  'storage.leases.release',
  // `for update skip locked`; contract case K-08.
  'storage.jobs.claim',
  // Locks the heads in ascending order; contract case K-06.
  'storage.stream.append',
  // DDL under an advisory lock; contract case K-13.
  'storage.postgres.partitions',
])
