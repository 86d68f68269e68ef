import type { ClusterPlan } from './cluster-settings.ts';

export interface ReadyFacts {
  readonly plan: Pick<ClusterPlan, 'http' | 'grpc' | 'folder' | 'auth'>;
  /** A picture and a mask that are there to try. */
  readonly files: { readonly source: string; readonly mask: string; readonly alphaMask: string } | undefined;
  readonly templateId: string | undefined;
  readonly key: string | undefined;
}

/** Where everything is, and how to begin. */
export function readyText({ plan, files, templateId, key }: ReadyFacts): string {
  const http = `http://127.0.0.1:${plan.http}`;
  const grpc = `127.0.0.1:${plan.grpc}`;
  const header = key === undefined ? '' : ` -H "authorization: Bearer ${key}"`;
  const lines = [
    '',
    `console  ${http}/`,
    `HTTP     ${http}/v1   (OpenAI's shape: POST /v1/images/edits)`,
    `gRPC     ${grpc}      (instgenie.v1, with reflection)`,
    `data     ${plan.folder}   (logs, templates, activations)`,
  ];
  if (files !== undefined) {
    lines.push(
      '',
      'An edit by HTTP:',
      `  curl -s${header} ${http}/v1/images/edits -F image=@${files.source} -F mask=@${files.alphaMask} -F prompt="brown quiff" | python3 -c 'import sys,json,base64;open("edited.png","wb").write(base64.b64decode(json.load(sys.stdin)["data"][0]["b64_json"]))'`,
    );
  }
  if (files !== undefined && templateId !== undefined) {
    lines.push(
      '',
      'An edit by gRPC:',
      `  grpcurl -plaintext${header} -d "{\\"edit\\":{\\"template_id\\":\\"${templateId}\\",\\"prompt\\":\\"brown quiff\\",\\"mask_mode\\":\\"MASK_MODE_WHITE\\",\\"mask\\":\\"$(base64 -w0 ${files.mask})\\"}}" ${grpc} instgenie.v1.EditService/Edit`,
    );
  }
  return lines.join('\n');
}
