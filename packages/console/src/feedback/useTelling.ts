import { useMutation, useQueryClient } from '@tanstack/react-query'
import { announce } from '../announce.ts'
import { useMessages } from '../messages/index.ts'

/** An act that tells somebody else: it says so once, and what is known of the case's feedback is asked for anew. */
export function useTelling(tell: () => Promise<unknown>) {
  const t = useMessages()
  const client = useQueryClient()
  return useMutation({
    mutationFn: tell,
    onSuccess: () => announce(t.feedback.spoken),
    onSettled: () => client.invalidateQueries({ queryKey: ['feedback'] }),
  })
}
