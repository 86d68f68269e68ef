{{/* Names: the release's and the chart's. With a pool behind it 52 characters, the most of a StatefulSet: its revisions are labels. */}}
{{- define "instgenie.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- default $full .Values.fullnameOverride | trunc 28 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels that select: (dict "root" $ "component" "worker"). */}}
{{- define "instgenie.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* All labels of an object. */}}
{{- define "instgenie.labels" -}}
{{ include "instgenie.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "instgenie.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "instgenie.labels" . | nindent 2 }}
{{- end -}}

{{/* An image's name: (dict "root" $ "image" .Values.image). The digest goes before the tag. */}}
{{- define "instgenie.image" -}}
{{- $registry := default .image.registry .root.Values.global.imageRegistry -}}
{{- $name := empty $registry | ternary .image.repository (printf "%s/%s" $registry .image.repository) -}}
{{- if .image.digest -}}{{ $name }}@{{ .image.digest }}{{- else -}}{{ $name }}:{{ default .root.Chart.AppVersion .image.tag }}{{- end -}}
{{- end -}}

{{- define "instgenie.pullSecrets" -}}
{{- with concat .root.Values.global.imagePullSecrets (default list .image.pullSecrets) | uniq }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Pod Security "restricted", for every pod. */}}
{{- define "instgenie.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "instgenie.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Bytes of a quantity such as 20Gi. */}}
{{- define "instgenie.bytes" -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- $number := regexFind "^[0-9.]+" . | float64 -}}
{{- $factors := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- mulf $number (get $factors $unit | float64) | int64 -}}
{{- end -}}

{{/* Milliseconds in which edits may end after SIGTERM: what is left of the grace, with ten seconds to spare. */}}
{{- define "instgenie.drainMs" -}}
{{- mul 1000 (max 1 (sub (sub .terminationGracePeriodSeconds .preStopSeconds) 10)) -}}
{{- end -}}

{{/* A pool with what it does not say taken from `worker`: (dict "root" $ "name" "default"). As YAML. */}}
{{- define "instgenie.pool" -}}
{{- $pool := mergeOverwrite (deepCopy .root.Values.worker) (deepCopy (default dict (get .root.Values.pools .name))) -}}
{{- toYaml (set $pool "image" (mergeOverwrite (deepCopy .root.Values.image) (deepCopy $pool.image))) -}}
{{- end -}}

{{- define "instgenie.serviceAccountName" -}}
{{- $full := printf "%s-%s" (include "instgenie.fullname" .root) .component -}}
{{- .account.create | ternary (default $full .account.name) (default "default" .account.name) -}}
{{- end -}}

{{/* Names of secrets. */}}
{{- define "instgenie.redisSecret" -}}
{{- if eq .Values.redis.mode "internal" -}}
{{- default (printf "%s-redis" (include "instgenie.fullname" .)) .Values.redis.internal.existingSecret -}}
{{- else if eq .Values.redis.mode "external" -}}
{{- .Values.redis.external.existingSecret -}}
{{- end -}}
{{- end -}}

{{- define "instgenie.redisSecretKey" -}}
{{- eq .Values.redis.mode "internal" | ternary "url" .Values.redis.external.existingSecretKey -}}
{{- end -}}

{{- define "instgenie.publicTlsSecret" -}}
{{- default (printf "%s-public-tls" (include "instgenie.fullname" .)) .Values.tls.public.existingSecret -}}
{{- end -}}

{{- define "instgenie.internalTlsSecret" -}}
{{- default (printf "%s-internal-tls" (include "instgenie.fullname" .)) .Values.tls.internal.existingSecret -}}
{{- end -}}

{{- define "instgenie.internalName" -}}
{{- default (printf "internal.%s.%s" (include "instgenie.fullname" .) .Release.Namespace) .Values.tls.internal.serverName -}}
{{- end -}}

{{- define "instgenie.blobsClaim" -}}
{{- default (printf "%s-blobs" (include "instgenie.fullname" .)) .Values.blobs.persistentVolumeClaim.existingClaim -}}
{{- end -}}

{{/* The port of an S3 endpoint that says one. */}}
{{- define "instgenie.blobsPort" -}}
{{- regexFind "endpoint=https?(://|%3A%2F%2F)[^:&/%]+(:|%3A)[0-9]+" .Values.blobs.url | regexFind "[0-9]+$" -}}
{{- end -}}
