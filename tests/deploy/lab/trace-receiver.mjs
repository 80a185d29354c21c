// Takes traces over OTLP/HTTP (4318), and tells at /api/services (16686) the services that sent some.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

const services = new Set()

createServer((request, response) => {
  void json(request).then(({ resourceSpans = [] }) => {
    for (const { resource } of resourceSpans) {
      const name = resource.attributes.find(({ key }) => key === 'service.name')
      services.add(name?.value.stringValue)
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
}).listen(4318)

createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [...services] }))
}).listen(16686)
