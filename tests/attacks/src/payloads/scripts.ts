import { addressCarriers, carriers, combine, type Payload } from './payload.ts'

/** What a script that runs would call: the browser tells us of it. */
const call = (id: string) => `canary('${id}')`

type Attacks = Record<string, readonly ((id: string) => string)[]>

/** Markup that runs a script in some parser, after some sanitiser, or after another's mutation. */
const markup: Attacks = {
  script: [
    (id) => `<script>${call(id)}</script>`,
    (id) => `<ScRiPt/x>${call(id)}</sCrIpT >`,
    (id) => `<script src="data:text/javascript,${call(id)}"></script>`,
    (id) => `<scr<script>ipt>${call(id)}</scr</script>ipt>`,
    (id) => `<script\u000B>${call(id)}</script\u000C>`,
    (id) => `\`\${${call(id)}}\` {{constructor.constructor("${call(id)}")()}} \${${call(id)}}`,
  ],
  handler: [
    (id) => `<img src=x onerror=${call(id)}>`,
    (id) => `<img src=x:x onerror="&#99;anary('${id}')">`,
    (id) => `<img/src/onerror=${call(id)}//>`,
    (id) => `<body onload=${call(id)}>`,
    (id) => `<input autofocus onfocus=${call(id)}>`,
    (id) => `<details open ontoggle=${call(id)}>x</details>`,
    (id) => `<video><source onerror=${call(id)}></video>`,
    (id) => `<audio src onloadstart=${call(id)}>`,
    (id) => `<marquee onstart=${call(id)}>x</marquee>`,
    (id) => `<div style="animation:breathe" onanimationstart=${call(id)}>x</div>`,
    (id) => `<x contenteditable onbeforeinput=${call(id)} tabindex=1 autofocus onfocus=${call(id)}>x</x>`,
    (id) => `<button popovertarget=p>x</button><div popover id=p onbeforetoggle=${call(id)}>`,
    (id) => `"><img src=x onerror=${call(id)}>`,
    (id) => `'-${call(id)}-'" autofocus onfocus=${call(id)} x="`,
  ],
  drawing: [
    (id) => `<svg onload=${call(id)}>`,
    (id) => `<svg><script>${call(id)}</script></svg>`,
    (id) => `<svg><animate onbegin=${call(id)} attributeName=x dur=1s>`,
    (id) => `<svg><a xlink:href="javascript:${call(id)}"><text y=20>x</text></a></svg>`,
    (id) => `<svg><use href="data:image/svg+xml,<svg id='x' onload='${call(id)}'/>#x"/></svg>`,
    (id) => `<svg><foreignObject><iframe srcdoc="<script>parent.${call(id)}</script>"></foreignObject></svg>`,
    (id) => `<math><maction actiontype=statusline xlink:href=javascript:${call(id)}>x</maction></math>`,
    (id) => `<math href="javascript:${call(id)}">x</math>`,
  ],
  frame: [
    (id) => `<iframe src="javascript:parent.${call(id)}"></iframe>`,
    (id) => `<iframe srcdoc="&lt;script&gt;parent.${call(id)}&lt;/script&gt;"></iframe>`,
    (id) => `<object data="data:text/html,<script>parent.${call(id)}</script>"></object>`,
    (id) => `<embed src="data:text/html,<script>parent.${call(id)}</script>">`,
    (id) => `<form action="javascript:${call(id)}"><button autofocus>x</button></form>`,
    (id) => `<meta http-equiv=refresh content="0;url=javascript:${call(id)}">`,
    (id) => `<base href="javascript:/a/-${call(id)}//">`,
    (id) => `<link rel=import href="data:text/html,<script>${call(id)}</script>">`,
  ],
  mutation: [
    (id) => `<noscript><p title="</noscript><img src=x onerror=${call(id)}>">`,
    (id) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${call(id)}&gt;">`,
    (id) => `<svg></p><style><a id="</style><img src=1 onerror=${call(id)}>">`,
    (id) =>
      `<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id="</textarea><img onerror=${call(id)} src=1>">`,
    (id) => `<select><template><style><!--</style><a rel="--><img src onerror=${call(id)}>">`,
    (id) => `<xmp><p title="</xmp><svg/onload=${call(id)}>">`,
    (id) =>
      `<template><script>${call(id)}</script></template><div><template shadowrootmode=open><img src=x onerror=${call(id)}></template></div>`,
    (id) => `<a href="https://x"onmouseover="${call(id)}"autofocus onfocus="${call(id)}">x</a>`,
  ],
  style: [
    (id) => `<style>@import 'javascript:${call(id)}';</style>`,
    (id) => `<div style="background:url(javascript:${call(id)});width:expression(${call(id)})">x</div>`,
  ],
}

/** Addresses that are scripts, in what encodings parsers are known to disagree about. */
const addresses: Attacks = {
  javascript: [
    (id) => `javascript:${call(id)}`,
    (id) => `JaVaScRiPt:${call(id)}`,
    (id) => `javascript&colon;${call(id)}`,
    (id) => `javascript&#58;${call(id)}`,
    (id) => `javascript&#x3A;${call(id)}`,
    (id) => `&#106;avascript:${call(id)}`,
    (id) => `java&Tab;script:${call(id)}`,
    (id) => `java\tscript:${call(id)}`,
    (id) => `java&NewLine;script:${call(id)}`,
    (id) => `\u0001javascript:${call(id)}`,
    (id) => `\u00A0javascript:${call(id)}`,
    (id) => `java\u200Bscript:${call(id)}`,
    (id) => `java\u0000script:${call(id)}`,
    (id) => `\u202Ejavascript:${call(id)}`,
    (id) => `javascript%3A${call(id)}`,
    (id) => `//javascript:${call(id)}`,
    (id) => `javascript://example.com/%0A${call(id)}`,
    (id) => `https:javascript:${call(id)}`,
    (id) => `jav\\ascript:${call(id)}`,
    (id) => `ｊａｖａｓｃｒｉｐｔ:${call(id)}`,
  ],
  data: [
    (id) => `data:text/html,<script>${call(id)}</script>`,
    (id) => `data:text/html;base64,${btoa(`<script>opener.${call(id)}</script>`)}`,
    (id) => `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${call(id)}'/>`,
    (id) => `data:image/svg+xml;base64,${btoa(`<svg xmlns="http://www.w3.org/2000/svg" onload="${call(id)}"/>`)}`,
    (id) => `data:image/png;base64,${btoa(`<script>${call(id)}</script>`)}`,
    (id) => `DATA:application/xhtml+xml,<script xmlns='http://www.w3.org/1999/xhtml'>${call(id)}</script>`,
  ],
  'other schemes': [
    (id) => `vbscript:${call(id)}`,
    (id) => `blob:https://example.com/${id}`,
    (id) => `filesystem:https://example.com/${id}`,
    (id) => `file:///etc/passwd?${id}`,
    (id) => `view-source:https://example.com/${id}`,
    (id) => `intent://x#Intent;S.browser_fallback_url=javascript:${call(id)};end`,
  ],
}

export function scriptPayloads(): Payload[] {
  return [...combine('s', markup, carriers), ...combine('u', addresses, addressCarriers)]
}
