{{/* Settings of the services, as YAML: their own of the values, and over these what the chart decides. */}}

{{- define "instgenie.listen" -}}
{{ (index . 0).Values.listenHost }}:{{ index . 1 }}
{{- end -}}

{{- define "instgenie.serverTls" -}}
certFile: /etc/instgenie/internal-tls/tls.crt
keyFile: /etc/instgenie/internal-tls/tls.key
caFile: /etc/instgenie/internal-tls/ca.crt
{{- end -}}

{{- define "instgenie.clientTls" -}}
{{ include "instgenie.serverTls" . }}
serverName: {{ include "instgenie.internalName" . }}
{{- end -}}

{{- define "instgenie.blobs" -}}
{{- default "/blobs" .Values.blobs.url -}}
{{- end -}}

{{/* A Redis URL without a secret; with one it comes from a file. */}}
{{- define "instgenie.plainRedis" -}}
{{- if and (eq .Values.redis.mode "external") (not .Values.redis.external.existingSecret) -}}
{{- .Values.redis.external.url -}}
{{- end -}}
{{- end -}}

{{/* Models whose workers may all be away, as of pools that scale to zero. */}}
{{- define "instgenie.absentModels" -}}
{{- $models := list -}}
{{- range $name, $_ := .Values.pools -}}
{{- $pool := include "instgenie.pool" (dict "root" $ "name" $name) | fromYaml -}}
{{- $least := $pool.autoscaling.enabled | ternary $pool.autoscaling.minReplicas $pool.replicas | int -}}
{{- if eq $least 0 }}{{ range $pool.models }}{{ $models = append $models .name }}{{ end }}{{ end -}}
{{- end -}}
{{- toYaml (uniq $models) -}}
{{- end -}}

{{- define "instgenie.gatewayConfig" -}}
{{- $own := dict
  "listen" (include "instgenie.listen" (list . 7080))
  "http" (include "instgenie.listen" (list . 8080))
  "ops" (include "instgenie.listen" (list . 9080))
  "balancers" (list (printf "%s-balancer:7060" (include "instgenie.fullname" .)))
  "blobs" (include "instgenie.blobs" .)
  "drainMs" (include "instgenie.drainMs" .Values.gateway | int64)
  "jobs" (dict "webhookSecretFile" "/etc/instgenie/secrets/webhooks")
-}}
{{- with include "instgenie.absentModels" . | fromYamlArray }}{{ $_ := set $own "models" . }}{{ end -}}
{{- with include "instgenie.plainRedis" . }}{{ $_ := set $own "redis" . }}{{ end -}}
{{- if .Values.tls.public.enabled -}}
{{- $_ := set $own "tls" (dict "certFile" "/etc/instgenie/public-tls/tls.crt" "keyFile" "/etc/instgenie/public-tls/tls.key") -}}
{{- end -}}
{{- if .Values.tls.internal.enabled -}}
{{- $_ := set $own "internalTls" (include "instgenie.clientTls" . | fromYaml) -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.gateway.config) $own) -}}
{{- end -}}

{{- define "instgenie.balancerConfig" -}}
{{- $workers := printf "%s-workers" (include "instgenie.fullname" .) -}}
{{- $host := printf "%s.%s.svc.%s" $workers .Release.Namespace .Values.clusterDomain -}}
{{- $own := dict
  "listen" (include "instgenie.listen" (list . 7060))
  "ops" (include "instgenie.listen" (list . 9060))
  "drainMs" (include "instgenie.drainMs" .Values.balancer | int64)
-}}
{{- if eq .Values.balancer.discovery "dns" -}}
{{- $_ := set $own "discovery" (dict "kind" "dns" "host" $host "port" 7070) -}}
{{- else -}}
{{- $_ := set $own "discovery" (dict
  "kind" "endpoint-slices" "service" $workers "namespace" .Release.Namespace "port" "grpc"
  "fallback" (dict "host" $host "port" 7070)) -}}
{{- end -}}
{{- if .Values.tls.internal.enabled -}}
{{- $_ := set $own "tls" (include "instgenie.serverTls" . | fromYaml) -}}
{{- $_ := set $own "internalTls" (include "instgenie.clientTls" . | fromYaml) -}}
{{- end -}}
{{- with .Values.balancer.externalMetrics }}
{{- if .enabled }}
{{- $tls := dict "certFile" "/etc/instgenie/metrics-tls/tls.crt" "keyFile" "/etc/instgenie/metrics-tls/tls.key" -}}
{{- if .clientCa }}{{ $_ := set $tls "caFile" "/etc/instgenie/metrics-client-ca.crt" }}{{ end -}}
{{- $_ := set $own "externalMetrics" (dict "listen" (include "instgenie.listen" (list $ 6443)) "tls" $tls) -}}
{{- end }}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.balancer.config) $own) -}}
{{- end -}}

{{/* (dict "root" $ "name" "default") */}}
{{- define "instgenie.workerConfig" -}}
{{- $root := .root -}}
{{- $pool := include "instgenie.pool" . | fromYaml -}}
{{- $provider := eq $pool.gpu.mode "none" | ternary "cpu" "cuda" -}}
{{- $models := list -}}
{{- range $pool.models -}}
{{- $model := merge (omit (deepCopy .) "source" "sha256") (dict "provider" $provider) -}}
{{- $_ := set $model "folder" (printf "/models/%s" .name) -}}
{{- if and (eq $model.provider "cpu") (not $model.threads) -}}
{{- $_ := set $model "threads" (include "instgenie.cores" $pool.resources | int64) -}}
{{- end -}}
{{- $models = append $models $model -}}
{{- end -}}
{{- $own := dict
  "listen" (include "instgenie.listen" (list $root 7070))
  "ops" (include "instgenie.listen" (list $root 9070))
  "models" $models
  "modelCache" "/var/lib/instgenie/graphs"
  "store" (dict "folder" "/var/lib/instgenie/activations" "disk" (include "instgenie.diskBytes" $pool.disk.size | int64))
  "blobs" (include "instgenie.blobs" $root)
  "tenantSecretFile" "/etc/instgenie/secrets/tenants"
  "drainMs" (include "instgenie.drainMs" $pool | int64)
-}}
{{- with include "instgenie.plainRedis" $root }}{{ $_ := set $own "redis" . }}{{ end -}}
{{- if $root.Values.tls.internal.enabled -}}
{{- $_ := set $own "tls" (include "instgenie.serverTls" $root | fromYaml) -}}
{{- $_ := set $own "internalTls" (include "instgenie.clientTls" $root | fromYaml) -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy $pool.config) $own) -}}
{{- end -}}

{{/* Nine tenths: a volume that is full ends the pod, or all writing. */}}
{{- define "instgenie.diskBytes" -}}
{{- mulf 0.9 (include "instgenie.bytes" . | float64) | int64 -}}
{{- end -}}

{{/* Whole cores that a container is sure of, and at least one. */}}
{{- define "instgenie.cores" -}}
{{- $cpu := dig "requests" "cpu" (dig "limits" "cpu" "1" .) . | toString -}}
{{- $cores := hasSuffix "m" $cpu | ternary (divf (trimSuffix "m" $cpu | float64) 1000) (float64 $cpu) -}}
{{- max 1 (floor $cores | int64) -}}
{{- end -}}
