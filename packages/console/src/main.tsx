import './zod.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/queries.ts'
import { loadMessages, MessagesProvider } from './messages/index.ts'
import { loadPreferences, preferences } from './preferences.ts'
import { router } from './routes.tsx'
import './styles.css'

loadPreferences()
const place = document.getElementById('root')
if (place === null) throw new Error('index.html has no #root')
const render = () =>
  createRoot(place).render(
    <MessagesProvider>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MessagesProvider>,
  )
// Nobody is shown one language and then another; where the words cannot be had, English is better than nothing.
loadMessages(preferences.get().language).then(render, render)
