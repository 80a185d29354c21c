import { execFile, spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'

/** The edge, as Compose starts it: with our own configuration, before servers of this machine. */
export interface Nginx {
  /** By TLS; its certificate is nobody's. */
  port: number
  stop(): Promise<void>
}

const root = resolve(import.meta.dirname, '../../../..')

/** Null where the machine has no nginx. */
export async function startNginx(upstreams: {
  orchestrator: string
  frontend: string
  /** What the servers behind it take, too. */
  uploadMaxBytes: number
}): Promise<Nginx | null> {
  const program = findProgram('nginx')
  if (program === null) return null
  const home = await mkdtemp(join(tmpdir(), 'ai-assistant-nginx-'))
  const [port, plainPort] = [await freePort(), await freePort()]
  // Its workers are another user.
  await chmod(home, 0o755)
  await mkdir(join(home, 'ssl'))
  await cp(join(root, 'nginx/snippets'), join(home, 'snippets'), { recursive: true })
  await cp(join(root, 'nginx/pages'), join(home, 'pages'), { recursive: true })
  const files = ['-keyout', join(home, 'ssl/privkey.pem'), '-out', join(home, 'ssl/fullchain.pem')]
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  await promisify(execFile)('openssl', [...made, ...files])
  const written = await readFile(join(root, 'nginx/nginx.conf'), 'utf8')
  const moved = written
    .replaceAll('/tmp/', `${home}/`)
    .replaceAll(/\/dev\/std(?:out|err)/g, join(home, 'log'))
    .replaceAll('/etc/nginx/mime.types', join(home, 'mime.types'))
    .replaceAll('/etc/nginx/', `${home}/`)
    .replaceAll('http://orchestrator:8000', upstreams.orchestrator)
    .replaceAll('http://frontend:5000', upstreams.frontend)
    .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
    .replaceAll('listen 80', `listen 127.0.0.1:${plainPort}`)
    // The machine's nginx may be older than the one we ship.
    .replaceAll(/^\s*http2 on;$/gm, '')
    .replace(/^user .*$/m, '')
  await writeFile(join(home, 'nginx.conf'), moved)
  const errors = join(home, 'snippets/api_errors.conf')
  await writeFile(errors, (await readFile(errors, 'utf8')).replaceAll('/etc/nginx/', `${home}/`))
  await writeFile(join(home, 'mime.types'), 'types { text/html html; }')
  const start = join(home, 'start.sh')
  await writeFile(start, (await readFile(join(root, 'nginx/start.sh'), 'utf8')).replaceAll('/tmp/', `${home}/`))
  const path = [dirname(program), process.env['PATH']].join(delimiter)
  const child = spawn('sh', [start, '-c', join(home, 'nginx.conf'), '-e', join(home, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: path, UPLOAD_MAX_BYTES: String(upstreams.uploadMaxBytes) },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(home, { recursive: true, force: true })
  }
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`)
    const alive = await fetch(`http://127.0.0.1:${plainPort}/-/alive`).catch(() => null)
    if (alive?.ok === true) return { port, stop }
    await new Promise((done) => setTimeout(done, 20))
  }
}
