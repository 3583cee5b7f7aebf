import type { Act } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { meQuery } from '../../api/queries.ts'

/** Whether the person may do this, as the server told. */
export function useMay(act: Act): boolean {
  return useQuery(meQuery).data?.acts.includes(act) ?? false
}
