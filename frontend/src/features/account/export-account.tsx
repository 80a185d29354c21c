import { SectionCard } from '../../components/ui/section-card.tsx'

const link =
  'inline-flex min-h-9 items-center rounded-xl border border-line bg-card px-3.5 text-sm font-medium hover:bg-hover'

/** The browser itself fetches the file: however large it is, it goes to the disk and not through the page. */
export function ExportAccount() {
  return (
    <SectionCard title="Take everything along" intro="Your account, conversations and usage as one file.">
      <div className="flex flex-wrap gap-2">
        <a className={link} href="/api/account/export?format=json" download>
          JSON, complete
        </a>
        <a className={link} href="/api/account/export?format=markdown" download>
          Markdown, to read
        </a>
      </div>
    </SectionCard>
  )
}
