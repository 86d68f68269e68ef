{{- define "instgenie.disruption" -}}
{{- if .part.podDisruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "instgenie.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ .part.podDisruptionBudget.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- toYaml .selector | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "instgenie.account" -}}
{{- $account := .part.serviceAccount }}
{{- if $account.create }}
{{- $name := include "instgenie.serviceAccountName" (dict "root" .root "component" .component "account" $account) }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "instgenie.metadata" (dict "root" .root "component" .component "name" $name) | nindent 2 }}
  {{- with $account.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end -}}

{{/* Secrets that are named, or made. */}}
{{- define "instgenie.tenantSecret" -}}
{{- default (printf "%s-tenants" (include "instgenie.fullname" .)) .Values.secrets.tenant.existingSecret -}}
{{- end -}}

{{- define "instgenie.metricsSecret" -}}
{{- default (printf "%s-metrics-tls" (include "instgenie.fullname" .)) .Values.balancer.externalMetrics.existingSecret -}}
{{- end -}}

{{- define "instgenie.webhookSecret" -}}
{{- default (printf "%s-webhooks" (include "instgenie.fullname" .)) .Values.secrets.webhook.existingSecret -}}
{{- end -}}

{{/* What a secret of the cluster has under a key already, else something new: (dict "root" $ "name" ... "key" ...). */}}
{{- define "instgenie.kept" -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace .name -}}
{{- $old := dig "data" .key "" (default dict $found) -}}
{{- empty $old | ternary (randAlphaNum 48) ($old | b64dec) -}}
{{- end -}}
