{{- define "ai-assistant.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "ai-assistant.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/part-of: ai-assistant
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* What tells one component's pods from the others': (dict "root" $ "name" "orchestrator") */}}
{{- define "ai-assistant.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "ai-assistant.image" -}}
{{ .root.Values.global.image.registry }}/{{ .repository }}:{{ .root.Values.global.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "ai-assistant.secretName" -}}
{{- .Values.secrets.existingSecret | default (printf "%s-secrets" (include "ai-assistant.fullname" .)) -}}
{{- end }}

{{- define "ai-assistant.postgresSecretName" -}}
{{- .Values.postgresql.auth.existingSecret | default (printf "%s-postgresql" (include "ai-assistant.fullname" .)) -}}
{{- end }}

{{- define "ai-assistant.redisSecretName" -}}
{{- .Values.redis.auth.existingSecret | default (printf "%s-redis" (include "ai-assistant.fullname" .)) -}}
{{- end }}

{{- define "ai-assistant.publicUrl" -}}
{{- if .Values.config.publicUrl -}}
{{ .Values.config.publicUrl }}
{{- else -}}
https://{{ (first .Values.ingress.hosts).host }}
{{- end -}}
{{- end }}

{{- /* A value that was given, else the one the cluster has, else a new one: (dict "given" … "found" … "key" …) */}}
{{- define "ai-assistant.kept" -}}
{{- $found := get .found .key -}}
{{- if .given -}}
{{ .given | b64enc | quote }}
{{- else if $found -}}
{{ $found | quote }}
{{- else if .make -}}
{{ randAlphaNum 64 | b64enc | quote }}
{{- else -}}
""
{{- end -}}
{{- end }}

{{- define "ai-assistant.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "ai-assistant.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* How long a first start may take: (dict "tries" 90), two seconds each. */}}
{{- define "ai-assistant.probes" -}}
startupProbe:
  httpGet:
    path: /health
    port: http
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: {{ .tries }}
livenessProbe:
  httpGet:
    path: /health
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet:
    path: /ready
    port: http
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 3
lifecycle:
  preStop:
    # Until every proxy has heard that this pod takes no more requests.
    exec:
      command: [sleep, '5']
{{- end }}

{{- /* Database, Redis and secrets, as the orchestrator's image reads them. Passwords stay references. */}}
{{- define "ai-assistant.orchestratorEnv" -}}
- name: HOST
  value: 0.0.0.0
- name: ORCHESTRATOR_PORT
  value: '8000'
- name: DATA_DIR
  value: /data
{{- if .Values.postgresql.enabled }}
- name: POSTGRES_APP_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "ai-assistant.postgresSecretName" . }}
      key: password
- name: DATABASE_URL
  value: postgresql://{{ .Values.postgresql.auth.username }}:$(POSTGRES_APP_PASSWORD)@{{ include "ai-assistant.fullname" . }}-postgresql:5432/{{ .Values.postgresql.auth.database }}
{{- else if .Values.externalDatabase.existingSecret }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.externalDatabase.existingSecret }}
      key: {{ .Values.externalDatabase.existingSecretKey }}
{{- end }}
{{- if .Values.redis.enabled }}
- name: REDIS_URL
  value: redis://{{ include "ai-assistant.fullname" . }}-redis:6379/0
{{- if .Values.redis.auth.enabled }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "ai-assistant.redisSecretName" . }}
      key: redis-password
{{- end }}
{{- else if .Values.externalRedis.existingSecret }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.externalRedis.existingSecret }}
      key: {{ .Values.externalRedis.existingSecretKey }}
{{- end }}
{{- end }}

{{- define "ai-assistant.orchestratorEnvFrom" -}}
- configMapRef:
    name: {{ include "ai-assistant.fullname" . }}-config
- secretRef:
    name: {{ include "ai-assistant.secretName" . }}
{{- end }}

{{- /* Where a pod may run: the values of a component. */}}
{{- define "ai-assistant.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "ai-assistant.pullSecrets" -}}
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
