import { marked, type Token, type Tokens } from 'marked'
import { memo, useMemo, type ReactNode } from 'react'
import remend from 'remend'
import { CodeBlock } from './code-block.tsx'
import { safeImage, safeLink } from './safe-link.ts'
import { keyboardScroll } from './keyboard-scroll.ts'

/**
 * Markdown as React elements. The text comes from a model and is not trusted: no HTML string is ever made of it. HTML in
 * it is shown as the text it is, images from elsewhere become links, and links say where they lead.
 */
export function MarkdownText({ text, streaming = false }: { text: string; streaming?: boolean }) {
  const blocks = useMemo(
    () => marked.lexer(streaming ? remend(text, { linkMode: 'text-only' }) : text),
    [text, streaming],
  )
  const levels = headingLevels(blocks)
  return (
    <div className="prose-chat">
      {blocks.map((block, index) => (
        // Blocks only ever grow at the end: their place is their name.
        <Block key={`${index}-${block.type}`} raw={block.raw} token={block} level={levels[index] ?? 0} />
      ))}
    </div>
  )
}

/** An answer stands below a heading of the second level; no matter how its own are chosen, none skips a level. */
function headingLevels(blocks: readonly Token[]): number[] {
  let above = 2
  return blocks.map((block) => {
    if (block.type !== 'heading') return 0
    above = Math.min((block as Tokens.Heading).depth + 2, above + 1, 6)
    return above
  })
}

/** A block whose source did not change is not rendered again, however long the answer grows below it. */
const Block = memo(
  ({ token, level }: { raw: string; token: Token; level: number }) => renderBlock(token, level),
  (before, after) => before.raw === after.raw && before.level === after.level,
)
Block.displayName = 'Block'

function renderBlock(token: Token, level: number): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading':
      return renderHeading(token as Tokens.Heading, level)
    case 'code':
      return (
        <CodeBlock code={token['text'] as string} language={((token as Tokens.Code).lang ?? '').split(/\s/)[0] ?? ''} />
      )
    case 'blockquote':
      return <blockquote>{renderBlocks(token.tokens)}</blockquote>
    case 'list':
      return renderList(token as Tokens.List)
    case 'table':
      return renderTable(token as Tokens.Table)
    case 'hr':
      return <hr />
    case 'paragraph':
      return <p>{renderInline(token.tokens)}</p>
    case 'text':
      return token.tokens ? renderInline(token.tokens) : unescapeText(token)
    default:
      return <p>{token.raw}</p>
  }
}

function renderBlocks(tokens: Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <Block key={`${index}-${token.type}`} raw={token.raw} token={token} level={0} />)
}

/** A heading inside a list or a quotation only looks like one: it has no place in the page's outline. */
function renderHeading(token: Tokens.Heading, level: number): ReactNode {
  const Tag = level === 0 ? 'p' : (`h${level}` as 'h3' | 'h4' | 'h5' | 'h6')
  return <Tag className={`md-heading md-h${token.depth}`}>{renderInline(token.tokens)}</Tag>
}

function renderList(token: Tokens.List): ReactNode {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? 'task' : ''}>
      {item.task && (
        <input
          type="checkbox"
          disabled
          checked={item.checked === true}
          aria-label={item.checked ? 'Done' : 'To do'}
          readOnly
        />
      )}
      {renderBlocks(item.tokens.filter((child) => child.type !== 'checkbox'))}
    </li>
  ))
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>
}

function renderTable(token: Tokens.Table): ReactNode {
  return (
    <div className="table-scroll" {...keyboardScroll} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} scope="col" data-align={cell.align ?? undefined}>
                {renderInline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, index) => (
                <td key={index} data-align={cell.align ?? undefined}>
                  {renderInline(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function renderInline(tokens: Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <Inline key={index} token={token} />)
}

function Inline({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{renderInline(token.tokens)}</strong>
    case 'em':
      return <em>{renderInline(token.tokens)}</em>
    case 'del':
      return <del>{renderInline(token.tokens)}</del>
    case 'codespan':
      return <code>{token['text'] as string}</code>
    case 'br':
      return <br />
    case 'link':
      return (
        <MarkdownLink href={(token as Tokens.Link).href} label={token['text'] as string}>
          {renderInline(token.tokens)}
        </MarkdownLink>
      )
    case 'image':
      return <MarkdownImage href={(token as Tokens.Image).href} alt={token['text'] as string} />
    case 'text':
    case 'escape':
      return token.type === 'text' && token.tokens ? renderInline(token.tokens) : unescapeText(token)
    default:
      return token.raw
  }
}

function MarkdownLink({ href, label, children }: { href: string; label: string; children: ReactNode }) {
  const link = safeLink(href)
  if (link === null) return <span>{children}</span>
  return (
    <a href={link.url} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {!saysWhere(label, link) && <span className="host"> ({link.host})</span>}
    </a>
  )
}

/** A label that is the address itself needs no host beside it; one that only mentions it may be meant to mislead. */
function saysWhere(label: string, { url, host }: { url: string; host: string }): boolean {
  return [host, url, url.replace(/\/$/, ''), url.replace(/^mailto:/, '')].includes(label.trim())
}

function MarkdownImage({ href, alt }: { href: string; alt: string }) {
  const source = safeImage(href)
  if (source !== null) return <img src={source} alt={alt} className="max-h-96 rounded-xl" />
  return (
    <MarkdownLink href={href} label="">
      {alt || 'Image'}
    </MarkdownLink>
  )
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' }

/** The few entities Markdown writers use. React escapes what comes out again. */
function unescapeText(token: Token): string {
  const text = 'text' in token ? (token.text as string) : token.raw
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
