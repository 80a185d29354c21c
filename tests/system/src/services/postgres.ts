import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { postgresBinaries, type PostgresVersion } from './postgres-binaries.ts'
import { openServerHome, type ServerHome, type ServerProcess, type ServerUser } from './server-home.ts'
import { serverUser } from './server-user.ts'

/** A real PostgreSQL of our own, on loopback, with its own data directory. */
export interface PostgresServer {
  readonly pid: number
  /** Of its superuser, on the database `postgres`. */
  readonly url: string
  /** Makes an empty database, or a copy of `template`, and returns its superuser's URL. */
  createDatabase(template?: string): Promise<string>
  /** Ends it as a crash would: nothing is flushed, no client is told. */
  kill(): Promise<void>
  /** Starts it again on the same port and data after `kill`. */
  restart(): Promise<void>
  /**
   * Starts a second server that follows this one, and has every commit of this one wait for it. `promote` makes it a server
   * of its own; this one should be dead then.
   */
  startStandby(): Promise<{ server: PostgresServer; promote(): Promise<void> }>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

interface PostgresOptions {
  version: PostgresVersion
  /** Whether commits reach the disk; off unless asked, because tests throw their data away. */
  fsync?: boolean
  settings?: Record<string, string>
}

interface Cluster {
  home: ServerHome
  data: string
  bin: string
  user: ServerUser
  password: string
  port: number
  settings: Record<string, string>
}

const startSeconds = 60

/** Starts a server on a fresh data directory, or resolves to null where this version cannot be had here. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer | null> {
  const home = await openServerHome('postgres', 'data/postmaster.pid')
  const bin = await postgresBinaries(options.version, home.path)
  if (bin === null) {
    await home.remove()
    return null
  }
  return runServer(await makeCluster(home, bin, options))
}

async function runServer(cluster: Cluster): Promise<PostgresServer> {
  let server = await startServer(cluster)
  const url = urlOf(cluster, 'postgres')
  let databases = 0
  return {
    get pid() {
      return server.pid
    },
    url,
    createDatabase: async (template = 'template1') => {
      databases += 1
      const name = `test_${process.pid}_${databases}_${randomBytes(4).toString('hex')}`
      await query(url, `create database ${name} template ${pg.escapeIdentifier(template)}`)
      return urlOf(cluster, name)
    },
    kill: () => server.end('SIGKILL'),
    restart: async () => {
      server = await startServerAgain(cluster)
    },
    startStandby: async () => {
      const standby = await runServer(await copyCluster(cluster))
      await followInStep(url)
      return { server: standby, promote: async () => void (await query(standby.url, 'select pg_promote()')) }
    },
    stop: async () => {
      await server.end('SIGINT')
      await cluster.home.remove()
    },
  }
}

async function makeCluster(home: ServerHome, bin: string, options: PostgresOptions): Promise<Cluster> {
  const user = serverUser()
  const data = join(home.path, 'data')
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(home.path, 'password')
  await mkdir(data, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user !== undefined) {
    await chown(data, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'
  await promisify(execFile)(
    join(bin, 'initdb'),
    // Passwords in the clear: they never leave the loopback, and hashing one takes longer than many a test.
    [`-D${data}`, '-Upostgres', '-EUTF8', `--locale=${locale}`, '-Apassword', `--pwfile=${passwordFile}`, '--no-sync'],
    { ...user, cwd: home.path, env: { PATH: process.env['PATH'] } },
  )
  const settings = {
    fsync: options.fsync === true ? 'on' : 'off',
    full_page_writes: options.fsync === true ? 'on' : 'off',
    max_connections: '200',
    // Enough for a standby to catch up.
    wal_keep_size: '256MB',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...options.settings,
  }
  return { home, data, bin, user, password, port: await freePort(), settings }
}

/** A copy of the server's data that will follow it, as PostgreSQL's low-level backup makes it. */
async function copyCluster(cluster: Cluster): Promise<Cluster> {
  const home = await openServerHome('postgres', 'data/postmaster.pid')
  const data = join(home.path, 'data')
  const give = async (name: string, text: string): Promise<void> => {
    await writeFile(join(data, name), text, { mode: 0o600 })
    if (cluster.user !== undefined) await chown(join(data, name), cluster.user.uid, cluster.user.gid)
  }
  const client = new pg.Client({ connectionString: urlOf(cluster, 'postgres') })
  await client.connect()
  try {
    await client.query(`select pg_backup_start('standby', true)`)
    // Files come and go while they are copied: what is missing afterwards, the log has.
    await promisify(execFile)('cp', ['-a', cluster.data, data]).catch(() => {})
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
    await give('backup_label', rows[0]?.labelfile ?? '')
  } finally {
    await client.end()
  }
  for (const name of ['postmaster.pid', 'postmaster.opts']) await rm(join(data, name), { force: true })
  const source = `host=127.0.0.1 port=${cluster.port} user=postgres password=${cluster.password}`
  await give('postgresql.auto.conf', `primary_conninfo = '${source}'\n`)
  await give('standby.signal', '')
  return { ...cluster, home, data, port: await freePort() }
}

/** From here on a commit is answered when the standby has it too. */
async function followInStep(url: string): Promise<void> {
  const following = `select 1 as one from pg_stat_replication where state = 'streaming'`
  const deadline = performance.now() + startSeconds * 1000
  while ((await query(url, following)).length === 0) {
    if (performance.now() > deadline) throw new Error('The standby does not follow')
    await sleep(50)
  }
  await query(url, `alter system set synchronous_standby_names = '*'`)
  await query(url, 'select pg_reload_conf()')
}

async function startServer(cluster: Cluster): Promise<ServerProcess> {
  const settings = Object.entries(cluster.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = [`-D${cluster.data}`, `-p${cluster.port}`, ...settings]
  const server = await cluster.home.start(join(cluster.bin, 'postgres'), args, cluster.user)
  const deadline = performance.now() + startSeconds * 1000
  while (!(await isOurs(cluster))) {
    if (!server.running() || performance.now() > deadline) {
      const log = await server.log()
      await server.end('SIGKILL')
      throw new Error(`PostgreSQL did not start:\n${log}`)
    }
    await sleep(50)
  }
  return server
}

/** The children of a killed server take a moment to notice, and a new one refuses to start beside them. */
async function startServerAgain(cluster: Cluster, attempts = 20): Promise<ServerProcess> {
  try {
    return await startServer(cluster)
  } catch (error) {
    if (attempts === 1) throw error
    await sleep(100)
    return startServerAgain(cluster, attempts - 1)
  }
}

/** Whether our server answers, and not another one that took the port first. */
async function isOurs(cluster: Cluster): Promise<boolean> {
  try {
    const rows = await query(urlOf(cluster, 'postgres'), 'show data_directory')
    return rows[0]?.['data_directory'] === cluster.data
  } catch {
    return false
  }
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  // The server may be killed under an open connection; the query's own rejection says so.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

function urlOf(cluster: Cluster, database: string): string {
  return `postgres://postgres:${cluster.password}@127.0.0.1:${cluster.port}/${database}`
}
