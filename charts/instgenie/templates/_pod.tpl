{{/* Parts that pods of all services have. */}}

{{- define "instgenie.podMetadata" -}}
{{- $annotations := merge (dict "checksum/config" (sha256sum .config)) (deepCopy .part.podAnnotations) .root.Values.podAnnotations -}}
annotations:
  {{- toYaml $annotations | nindent 2 }}
labels:
  {{- /* No version of the chart: a pod is replaced when something of it changes. */}}
  {{- $labels := include "instgenie.selector" . | fromYaml -}}
  {{- toYaml (merge $labels (default dict .labels) (deepCopy .part.podLabels) .root.Values.podLabels .root.Values.commonLabels) | nindent 2 }}
{{- end -}}

{{/*
Where it may be and how it is spread. Over zones by affinity: a constraint on a label that nodes lack, as those of a cluster
without zones do, would take away the effect of that on nodes, too.
*/}}
{{- define "instgenie.placement" -}}
{{- $part := .part -}}
{{- $affinity := deepCopy $part.affinity -}}
{{- if $part.topologySpread.enabled }}
{{- $zones := dict "topologyKey" "topology.kubernetes.io/zone" "labelSelector" (dict "matchLabels" .selector) -}}
{{- $preferred := list (dict "weight" 50 "podAffinityTerm" $zones) -}}
{{- $own := dict "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" $preferred) -}}
{{- $affinity = merge $affinity $own }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- toYaml .selector | nindent 8 }}
{{- end }}
{{- with $part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "instgenie.env" -}}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{- if and .blobs .root.Values.blobs.existingSecret }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.root.Values.blobs.existingSecret }}
      key: {{ . }}
{{- end }}
{{- end }}
{{- with .part.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The service, its settings, and what only the pod knows. */}}
{{- define "instgenie.args" -}}
- {{ .service }}
- --config
- /etc/instgenie/{{ .service }}.yaml
- --set
- id=$(POD_NAME)
{{- if and .redis (include "instgenie.redisSecret" .root) }}
- --set-file
- redis=/etc/instgenie/secrets/redis
{{- end }}
{{- end -}}

{{- define "instgenie.probes" -}}
startupProbe:
  httpGet: { path: {{ .startupPath }}, port: ops }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ div (max 2 .startupSeconds) 2 }}
readinessProbe:
  httpGet: { path: /readyz, port: ops }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  httpGet: { path: /healthz, port: ops }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
lifecycle:
  preStop:
    sleep: { seconds: {{ .preStopSeconds }} }
{{- end -}}

{{- define "instgenie.mounts" -}}
- { name: config, mountPath: /etc/instgenie, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- if and .blobs (not .root.Values.blobs.url) }}
- { name: blobs, mountPath: /blobs }
{{- end }}
{{- with .part.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* `/etc/instgenie` is one projected volume: nothing can be mounted below a read-only one. */}}
{{- define "instgenie.volumes" -}}
- name: config
  projected:
    defaultMode: 0440
    sources:
      - configMap: { name: {{ .configMap }} }
      {{- with .secret }}
      - secret:
          name: {{ .name }}
          items: [{ key: {{ .key }}, path: secrets/{{ .path }} }]
      {{- end }}
      {{- if and .redis (include "instgenie.redisSecret" .root) }}
      - secret:
          name: {{ include "instgenie.redisSecret" .root }}
          items: [{ key: {{ include "instgenie.redisSecretKey" .root }}, path: secrets/redis }]
      {{- end }}
      {{- with .metricsSecret }}
      - secret:
          name: {{ . }}
          items: [{ key: tls.crt, path: metrics-tls/tls.crt }, { key: tls.key, path: metrics-tls/tls.key }]
      {{- end }}
      {{- if .root.Values.tls.internal.enabled }}
      - secret:
          name: {{ include "instgenie.internalTlsSecret" .root }}
          items:
            {{- range list "tls.crt" "tls.key" "ca.crt" }}
            - { key: {{ . }}, path: internal-tls/{{ . }} }
            {{- end }}
      {{- end }}
      {{- if and .public .root.Values.tls.public.enabled }}
      - secret:
          name: {{ include "instgenie.publicTlsSecret" .root }}
          items:
            {{- range list "tls.crt" "tls.key" }}
            - { key: {{ . }}, path: public-tls/{{ . }} }
            {{- end }}
      {{- end }}
- name: tmp
  emptyDir: { sizeLimit: 2Gi }
{{- if and .blobs (not .root.Values.blobs.url) }}
- name: blobs
  persistentVolumeClaim: { claimName: {{ include "instgenie.blobsClaim" .root }} }
{{- end }}
{{- with .part.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
