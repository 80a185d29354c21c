import type { z } from 'zod'
import type { Scope } from '../scope.ts'

/**
 * Who may call: anyone, a signed-in person, an administrator, the owner, or a loopback peer or the holder of `METRICS_TOKEN`.
 */
export type RouteAuth = 'public' | 'person' | 'admin' | 'owner' | 'metrics'

/** Which limit a call counts against. */
export type RouteLimit = 'none' | 'read' | 'write' | 'answer' | 'sign-in'

/** Whose object the call touches. Someone else's object and no object look the same: 404. */
export type RouteOwner = 'none' | 'self' | 'conversation' | 'run' | 'key' | 'session' | 'identity'

/**
 * Which scope an API key or access token needs beside `auth`. `any`: every one may call. Null: none may; this is for a person
 * at a browser, because it changes who may come in. A session needs no scope.
 */
export type RouteScope = Scope | 'any' | null

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With `:name` for parameters. */
  path: string
  summary: string
  auth: RouteAuth
  scope: RouteScope
  limit: RouteLimit
  owner: RouteOwner
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /**
   * The schema of a JSON answer, `stream` for server-sent events, `text`, `file`, `lines` for many pieces of JSON, one a
   * line, or `empty` for 204.
   */
  answer: z.ZodType | 'stream' | 'text' | 'file' | 'lines' | 'empty'
  status?: number
}
