import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import './app/app.css'
import { takeCode } from './lib/sign-in-code.ts'

// Before anything is shown or asked: the code must not stay in the address.
const arrival = takeCode()
const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App arrival={arrival} />
  </StrictMode>,
)
