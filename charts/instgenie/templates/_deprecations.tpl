{{/* Names of old, and names of other charts: rendering ends with what to write instead. One line each; the schema lets them through to here. */}}
{{- define "instgenie.renamed" -}}
replicaCount: gateway.replicas, balancer.replicas and pools.NAME.replicas
workers: pools, such as pools.default
models: pools.NAME.models
service: gateway.service
resources: gateway.resources, balancer.resources and pools.NAME.resources
autoscaling: gateway.autoscaling and pools.NAME.autoscaling
httpRoute: routes.http and routes.grpc
imagePullSecrets: global.imagePullSecrets
{{- end -}}

{{- define "instgenie.deprecations" -}}
{{- range $old, $new := include "instgenie.renamed" . | fromYaml }}
{{- if hasKey $.Values $old }}
- {{ $old }}: write {{ $new }}
{{- end }}
{{- end }}
{{- end -}}
