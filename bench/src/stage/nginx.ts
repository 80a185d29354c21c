import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@ai-assistant/system-tests/services/free-port'

export interface Nginx {
  url: string
  pid: number
  stop(): void
}

/** One worker before the upstream, as its manual says for streams; null where there is no nginx. */
export async function startNginx(home: string, upstreamPort: number): Promise<Nginx | null> {
  const program = findNginx()
  if (program === null) return null
  const port = await freePort()
  const folder = join(home, 'nginx')
  await mkdir(join(folder, 'temp'), { recursive: true })
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, upstreamPort))
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  await untilAnswers(child, `${url}/v1/models`)
  return { url, pid: child.pid ?? 0, stop: () => void child.kill('SIGTERM') }
}

function findNginx(): string | null {
  try {
    return execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v nginx'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

function configuration(folder: string, port: number, upstreamPort: number): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid ${folder}/nginx.pid;
events { worker_connections 9000; }
http {
  access_log off;
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/temp/${kind};`).join('\n  ')}
  upstream model { server 127.0.0.1:${upstreamPort}; keepalive 256; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    keepalive_requests 1000000;
    location / {
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`
}

async function untilAnswers(child: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok === true) return
    await sleep(50)
  }
  throw new Error('nginx did not start')
}
