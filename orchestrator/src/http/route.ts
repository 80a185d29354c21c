import type { Person, RouteName, routes } from '@ai-assistant/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Caller } from './admit.ts'

type Table = typeof routes
type Parsed<R, Key extends string> = R extends { [K in Key]: infer S extends z.ZodType } ? z.output<S> : undefined
type AnswerOf<R> = R extends { answer: infer A }
  ? A extends z.ZodType
    ? z.output<A>
    : A extends 'text'
      ? string
      : A extends 'lines'
        ? AsyncIterable<unknown>
        : // A stream writes its own answer; an empty one has none.
          void
  : never

/** One request to a route, checked against the contract. */
export interface Call<Name extends RouteName> {
  params: Parsed<Table[Name], 'params'>
  query: Parsed<Table[Name], 'query'>
  body: Parsed<Table[Name], 'body'>
  /** Who calls. Only routes that anyone may call have none. */
  person: Table[Name]['auth'] extends 'public' | 'metrics' ? null : Person
  /** The same with the credential it was shown by. */
  caller: Table[Name]['auth'] extends 'public' | 'metrics' ? null : Caller
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler<Name extends RouteName> = (call: Call<Name>) => Promise<AnswerOf<Table[Name]>>

/** A handler for every route of the contract: one that is missing does not build. */
export type Handlers = { [Name in RouteName]: Handler<Name> }
