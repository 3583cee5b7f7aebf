import './zod.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/queries.ts'
import { MessagesProvider } from './messages/index.ts'
import { loadPreferences } from './preferences.ts'
import { router } from './routes.tsx'
import './styles.css'

loadPreferences()
const place = document.getElementById('root')
if (place === null) throw new Error('index.html has no #root')
createRoot(place).render(
  <MessagesProvider>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MessagesProvider>,
)
