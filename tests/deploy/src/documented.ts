/** How a command of the documentation is shown to be right. */
export type How =
  /** It is run as it stands where Compose runs the system. */
  | 'compose'
  /** It is run as it stands, by the real kubectl and helm, against an API server of our own whose pods are Compose's containers. */
  | 'cluster'
  /** It is run as it stands in a checkout beside it. */
  | 'checkout'
  /** It starts servers: they are waited for, looked at and stopped. */
  | 'servers'
  /** It is a suite of tests, which `.ci/run` runs, or which is named for people to run. */
  | 'suite'
  /** It names a program; how that is used stands elsewhere in the documents. */
  | 'name'

/** Where an example's address stands, our own is asked. */
export const exampleAddress = /https:\/\/(?:staging\.)?ai-assistant\.example\.com/g

const inNamespace = '-n ai-assistant'

/** Every command of docs/deployment.md and docs/production-checklist.md, in an order in which they can be run. */
export const documented: [string, How][] = [
  ['docker compose up --wait', 'compose'],
  ['scripts/create_owner.sh', 'compose'],
  ['scripts/verify_deployment.sh --compose --insecure https://localhost', 'compose'],
  ['scripts/verify_deployment.sh https://ai-assistant.example.com', 'compose'],
  ['docker compose --profile backup up -d', 'compose'],
  ['docker compose -f docker-compose.yml -f docker-compose.dev.yml up', 'servers'],

  ['npm start', 'servers'],
  ['cp .env.example .env', 'checkout'],
  ['npm run dev', 'servers'],
  ['node scripts/in-runtime.mjs scripts/init_db.ts', 'checkout'],
  ['node scripts/in-runtime.mjs scripts/migrate.ts status', 'checkout'],
  ['npm run doctor', 'checkout'],
  ['npm run doctor -- --url https://ai-assistant.example.com', 'checkout'],
  ['npm run doctor -- --checklist', 'checkout'],
  ['npm run doctor -- --checklist --url https://ai-assistant.example.com', 'checkout'],
  ['npm run backup', 'checkout'],
  ['npm run rotate-secrets', 'checkout'],
  ['scripts/scan.sh secrets', 'checkout'],
  ['scripts/scan.sh dependencies', 'checkout'],

  ['kubectl apply -k k8s/overlays/production', 'cluster'],
  [`kubectl rollout status deployment/orchestrator ${inNamespace}`, 'cluster'],
  [`kubectl exec deployment/orchestrator ${inNamespace} -- node scripts/create_owner.ts`, 'cluster'],
  [`kubectl exec deployment/orchestrator ${inNamespace} -- node scripts/doctor.ts`, 'cluster'],
  [`kubectl patch secret ai-assistant-secrets ${inNamespace} -p '{"stringData":{"OPENAI_API_KEY":"…"}}'`, 'cluster'],
  [`kubectl rollout restart deployment/orchestrator ${inNamespace}`, 'cluster'],
  [`kubectl get secret ai-assistant-secrets ${inNamespace} -o 'jsonpath={.data.METRICS_TOKEN}'`, 'cluster'],
  ['kubectl apply -k k8s/cluster-autoscaler', 'cluster'],
  [`kubectl delete job make-secrets migrate ${inNamespace} --ignore-not-found`, 'cluster'],
  [
    'scripts/deploy.sh --overlay staging --images ghcr.io/your-org/ai-assistant --tag 0.1.0 --url https://staging.ai-assistant.example.com',
    'cluster',
  ],
  ['scripts/verify_deployment.sh --namespace ai-assistant https://ai-assistant.example.com', 'cluster'],
  [`kubectl create job backup-now --from=cronjob/postgres-backup ${inNamespace}`, 'cluster'],
  ['scripts/disaster_recovery.sh --yes --namespace ai-assistant --url https://ai-assistant.example.com', 'cluster'],
  ['scripts/disaster_recovery.sh', 'compose'],
  // In a cluster of its own: the manifests and the chart name some objects alike.
  [
    'helm upgrade --install ai-assistant helm/ai-assistant --namespace ai-assistant --create-namespace --set ingress.hosts[0].host=chat.example.com --set secrets.openaiApiKey=sk-of-yours',
    'cluster',
  ],
  ['helm test ai-assistant --namespace ai-assistant --logs', 'cluster'],

  ['npm test', 'suite'],
  ['npm run check', 'suite'],
  ['npm run test:coverage', 'suite'],
  ['npm run test:manifests', 'suite'],
  ['npm run test:manifests configuration', 'suite'],
  ['npm run test:manifests kubernetes chart', 'suite'],
  ['npm run test:manifests kubernetes make-secrets', 'suite'],
  ['npm run test:monitoring', 'suite'],
  ['npm run test:recovery', 'suite'],
  ['npm run test:attacks', 'suite'],

  ['scripts/verify_deployment.sh', 'name'],
  ['scripts/deploy.sh', 'name'],
  ['scripts/scan.sh', 'name'],
  ['docker compose --profile logs', 'name'],
  ['helm test', 'name'],
]
