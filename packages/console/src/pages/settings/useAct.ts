import type { AnswerOf, Endpoint } from '@lamplighter/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { announce } from '../../announce.ts'
import { call, type Input } from '../../api/client.ts'

/** A command of a settings page: does it, says so once, and refreshes what it changed. */
export function useAct<E extends Endpoint>(endpoint: E, changes: readonly string[], done: string) {
  const client = useQueryClient()
  return useMutation<AnswerOf<E>, Error, Input<E>>({
    mutationFn: (input) => call(endpoint, input),
    onSuccess: () => {
      announce(done)
      for (const key of changes) void client.invalidateQueries({ queryKey: [key] })
    },
  })
}
