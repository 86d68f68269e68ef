{{/* What no schema can say. Each line is a mistake, and what would be right. */}}
{{- define "instgenie.mistakes" -}}
{{- include "instgenie.deprecations" . }}
{{- if not .Values.pools }}
- pools: there are none; the smallest is --values ci/cpu-dev-values.yaml
{{- end }}
{{- $redis := .Values.redis }}
{{- if and (eq $redis.mode "external") (not $redis.external.url) (not $redis.external.existingSecret) }}
- redis.external: name url, or existingSecret with the URL in it; redis.mode none does without
{{- end }}
{{- if contains "@" $redis.external.url }}
- redis.external.url: it has a password, and values are no place for one: put the URL into a secret and name it in redis.external.existingSecret
{{- end }}
{{- if and .Values.blobs.existingSecret (not (hasPrefix "s3://" .Values.blobs.url)) }}
- blobs.existingSecret: is for S3; blobs.url is not s3://
{{- end }}
{{- if and .Values.blobs.url (not (hasPrefix "s3://" .Values.blobs.url)) }}
- blobs.url: expected s3://bucket/prefix?region=...; for a volume leave it empty and set blobs.persistentVolumeClaim
{{- end }}
{{- range $what, $tls := .Values.tls }}
{{- if $tls.enabled }}
{{- if and (not $tls.existingSecret) (not $tls.certManager.enabled) }}
- tls.{{ $what }}: name existingSecret, or let certManager make one
{{- end }}
{{- if and $tls.certManager.enabled (not (get $tls.certManager.issuerRef "name")) }}
- tls.{{ $what }}.certManager.issuerRef: name who signs, as in { name: ca, kind: Issuer }
{{- end }}
{{- end }}
{{- end }}
{{- range $kind, $route := .Values.routes }}
{{- if and $route.enabled (not $route.parentRefs) }}
- routes.{{ $kind }}.parentRefs: name a Gateway, as in [{ name: public, namespace: gateways }]
{{- end }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
- ingress.hosts: name one
{{- end }}
{{- if and (dig "auth" "mode" "required" .Values.gateway.config | eq "none") (or .Values.ingress.enabled .Values.routes.http.enabled .Values.routes.grpc.enabled) }}
- gateway.config.auth.mode: none lets everybody in, and there is a route from outside: use required, and make keys as NOTES say
{{- end }}
{{- range $name, $part := dict "gateway" .Values.gateway "balancer" .Values.balancer }}
{{- include "instgenie.podMistakes" (dict "where" $name "part" $part) }}
{{- end }}
{{- range $name, $_ := .Values.pools }}
{{- $where := printf "pools.%s" $name }}
{{- $pool := include "instgenie.pool" (dict "root" $ "name" $name) | fromYaml }}
{{- include "instgenie.podMistakes" (dict "where" $where "part" $pool) }}
{{- if and $pool.autoscaling.enabled (not $pool.autoscaling.metrics) (not $.Values.balancer.externalMetrics.enabled) }}
- {{ $where }}.autoscaling: nobody tells how long edits wait: set balancer.externalMetrics.enabled, or autoscaling.metrics to what an adapter of yours has
{{- end }}
{{- if not $pool.models }}
- {{ $where }}.models: name one, with its source
{{- end }}
{{- $names := dict }}
{{- range $pool.models }}
{{- if hasKey $names .name }}
- {{ $where }}.models: {{ .name }} is there twice
{{- end }}
{{- $_ := set $names .name true }}
{{- if ne (len .source) 1 }}
- {{ $where }}.models, {{ .name }}: exactly one source of persistentVolumeClaim, image, init and volume
{{- end }}
{{- range $kind, $_ := default dict .source.volume }}
{{- if not (has $kind (list "configMap" "csi" "downwardAPI" "emptyDir" "ephemeral" "projected" "secret")) }}
- {{ $where }}.models, source.volume: {{ $kind }} is not allowed by Pod Security; make a PersistentVolume of it and use persistentVolumeClaim
{{- end }}
{{- end }}
{{- if and (eq (default "" .provider) "cuda") (eq $pool.gpu.mode "none") }}
- {{ $where }}.gpu.mode: {{ .name }} wants cuda: use devicePlugin or dra
{{- end }}
{{- end }}
{{- $limit := dig "limits" "memory" "" $pool.resources }}
{{- if $limit }}
{{- $memory := default dict $pool.config.memory }}
{{- $needs := add (include "instgenie.bytes" (default "1Gi" $memory.activations | toString) | int64) (include "instgenie.bytes" (default "512Mi" $memory.templates | toString) | int64) (include "instgenie.bytes" (default "1Gi" $memory.edits | toString) | int64) }}
{{- if gt $needs (include "instgenie.bytes" $limit | int64) }}
- {{ $where }}.resources.limits.memory: {{ $limit }} is less than what config.memory may take ({{ div $needs 1048576 }}Mi of activations, templates and edits), and weights come on top
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "instgenie.podMistakes" -}}
{{- if lt (int .part.terminationGracePeriodSeconds) (add 11 .part.preStopSeconds | int) }}
- {{ .where }}.terminationGracePeriodSeconds: at least preStopSeconds and 11 more, so that edits can end
{{- end }}
{{- $names := dict "POD_NAME" true "AWS_ACCESS_KEY_ID" true "AWS_SECRET_ACCESS_KEY" true }}
{{- range .part.extraEnv }}
{{- if hasKey $names .name }}
- {{ $.where }}.extraEnv: {{ .name }} is set already
{{- end }}
{{- $_ := set $names .name true }}
{{- end }}
{{- end -}}
