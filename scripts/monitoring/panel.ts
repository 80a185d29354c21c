/** What a panel shows. Widths are of 24 columns. */
export interface Panel {
  title: string
  kind?: 'timeseries' | 'stat' | 'table'
  /** Expressions with their legends. */
  show: [expr: string, legend: string][]
  /** Grafana's name for the unit. */
  unit?: string
  /** What it tells, and when to worry. */
  about?: string
  width?: 6 | 8 | 12 | 24
}

export interface Dashboard {
  file: string
  title: string
  panels: Panel[]
}

const HEIGHT = 8
const STAT_HEIGHT = 4

/** A dashboard as Grafana's provisioning reads it. */
export function toGrafana({ file, title, panels }: Dashboard): unknown {
  let x = 0
  let y = 0
  let rowHeight = 0
  const placed = panels.map((panel, index) => {
    const w = panel.width ?? 12
    const h = panel.kind === 'stat' ? STAT_HEIGHT : HEIGHT
    if (x + w > 24) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    const gridPos = { h, w, x, y }
    x += w
    rowHeight = Math.max(rowHeight, h)
    return toPanel(panel, index + 1, gridPos)
  })
  return {
    uid: `ai-assistant-${file}`,
    title,
    tags: ['ai-assistant'],
    timezone: 'browser',
    schemaVersion: 39,
    version: 1,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    links: [
      {
        title: 'AI Assistant',
        type: 'dashboards',
        tags: ['ai-assistant'],
        asDropdown: true,
        includeVars: false,
        keepTime: true,
        icon: 'external link',
        targetBlank: false,
        tooltip: '',
        url: '',
      },
    ],
    annotations: { list: [] },
    templating: { list: [] },
    panels: placed,
  }
}

const datasource = { type: 'prometheus', uid: 'prometheus' }

function toPanel(panel: Panel, id: number, gridPos: object): unknown {
  const kind = panel.kind ?? 'timeseries'
  return {
    id,
    type: kind,
    title: panel.title,
    ...(panel.about === undefined ? {} : { description: panel.about }),
    datasource,
    gridPos,
    targets: panel.show.map(([expr, legendFormat], at) => ({
      refId: String.fromCodePoint(65 + at),
      datasource,
      expr,
      legendFormat,
      ...(kind === 'timeseries' ? {} : { instant: true }),
      ...(kind === 'table' ? { format: 'table' } : {}),
    })),
    fieldConfig: {
      defaults: { unit: panel.unit ?? 'short', min: 0, custom: kind === 'timeseries' ? lines : {} },
      overrides: [],
    },
    options: options[kind],
  }
}

const lines = { drawStyle: 'line', lineWidth: 1, fillOpacity: 10, showPoints: 'never', spanNulls: true }

const options = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    colorMode: 'value',
    graphMode: 'area',
    textMode: 'auto',
    orientation: 'auto',
    justifyMode: 'auto',
  },
  table: { showHeader: true, cellHeight: 'sm', footer: { show: false } },
} as const
