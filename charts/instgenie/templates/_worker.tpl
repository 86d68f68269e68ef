{{/* Parts of workers' pods; each takes a pool. */}}

{{- define "instgenie.modelVolumes" -}}
{{- range $index, $model := .models }}
- name: model-{{ $index }}
  {{- with $model.source.persistentVolumeClaim }}
  persistentVolumeClaim: { claimName: {{ .claimName }}, readOnly: true }
  {{- end }}
  {{- with $model.source.image }}
  image: { reference: {{ .reference }}, pullPolicy: {{ default "IfNotPresent" .pullPolicy }} }
  {{- end }}
  {{- with $model.source.init }}
  emptyDir: { sizeLimit: {{ .size }} }
  {{- end }}
  {{- with $model.source.volume }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "instgenie.modelMounts" -}}
{{- range $index, $model := .models }}
{{- $path := "" }}
{{- range $kind, $source := $model.source }}{{ if kindIs "map" $source }}{{ $path = default $path $source.subPath }}{{ end }}{{ end }}
- name: model-{{ $index }}
  mountPath: /models/{{ $model.name }}
  readOnly: true
  {{- with $path }}
  subPath: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "instgenie.workerResources" -}}
{{- $resources := deepCopy .resources -}}
{{- if eq .gpu.mode "devicePlugin" -}}
{{- $_ := set $resources "limits" (merge (dict .gpu.resourceName (toString .gpu.count)) (default dict $resources.limits)) -}}
{{- else if eq .gpu.mode "dra" -}}
{{- $_ := set $resources "claims" (list (dict "name" "gpu")) -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end -}}

{{- define "instgenie.diskClaim" -}}
accessModes: [ReadWriteOnce]
{{- with .disk.storageClassName }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests: { storage: {{ .disk.size }} }
{{- end -}}
