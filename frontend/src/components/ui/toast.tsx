import type { Toast } from './toast-card.tsx'
import {
  createContext,
  lazy,
  Suspense,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react'

interface Toasts {
  say: (title: string) => void
  fail: (error: unknown) => void
}

const ToastCard = lazy(() => import('./toast-card.tsx').then((module) => ({ default: module.ToastCard })))
const ToastContext = createContext<Toasts>({ say: () => {}, fail: () => {} })
const SHOWN_MS = 7_000
const MOST = 3

export function useToast(): Toasts {
  return useContext(ToastContext)
}

/** Short notices in a corner, read out politely. A failure shows the problem's own title and detail. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([])
  const count = useRef(0)
  const drop = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), [])
  const add = useCallback(
    (what: Toast['what']) => {
      const id = ++count.current
      setToasts((shown) => [...shown.slice(1 - MOST), { id, what }])
      setTimeout(() => drop(id), SHOWN_MS)
    },
    [drop],
  )
  const value = useMemo<Toasts>(
    () => ({
      say: (title) => add({ tone: 'good', title }),
      fail: (error) => add({ tone: 'bad', error }),
    }),
    [add],
  )
  return (
    <ToastContext value={value}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed inset-x-4 top-4 z-50 flex flex-col items-center gap-2 sm:left-auto sm:items-end"
      >
        <Suspense>
          {toasts.map((toast) => (
            <ToastCard key={toast.id} toast={toast} onClose={() => drop(toast.id)} />
          ))}
        </Suspense>
      </div>
    </ToastContext>
  )
}
