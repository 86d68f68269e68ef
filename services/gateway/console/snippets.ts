/** What a request says, as far as code that repeats it has to know. */
export interface Request {
  readonly origin: string;
  readonly grpc: string;
  readonly templateId: string;
  readonly prompt: string;
  readonly seed: string;
  readonly steps: string;
}

/** The same request from somewhere else. Pure. */
export const snippets: Readonly<Record<string, (request: Request) => string>> = {
  curl: ({ origin, templateId, prompt, seed, steps }) =>
    [
      `curl -s ${origin}/v1/images/edits \\`,
      '  -H "authorization: Bearer $INSTGENIE_KEY" \\',
      `  -F template_id=${templateId} -F mask=@mask.png \\`,
      `  -F prompt=${shell(prompt)}${field('seed', seed)}${field('num_inference_steps', steps)}`,
    ].join('\n'),
  grpcurl: ({ grpc, templateId, prompt, seed, steps }) => {
    const edit = {
      template_id: templateId,
      prompt,
      mask_mode: 'MASK_MODE_ALPHA',
      mask: 'MASK',
      ...(seed === '' ? {} : { seed }),
      ...(steps === '' ? {} : { steps: Number(steps) }),
    };
    const body = shell(JSON.stringify({ edit })).replace('MASK"', `'"$(base64 -w0 mask.png)"'"`);
    return `grpcurl -plaintext -H "authorization: Bearer $INSTGENIE_KEY" \\\n  -d ${body} \\\n  ${grpc} instgenie.v1.EditService/Edit`;
  },
  TypeScript: ({ origin, templateId, prompt, seed, steps }) =>
    [
      "import OpenAI, { toFile } from 'openai';",
      '',
      `const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.INSTGENIE_KEY ?? 'none' });`,
      'const picture = await fetch(`${client.baseURL}/templates/' + templateId + '/picture`, {',
      '  headers: { authorization: `Bearer ${client.apiKey}` },',
      '});',
      'const { data } = await client.images.edit({',
      "  image: await toFile(picture, 'picture.png'),",
      "  mask: await toFile(readFile('mask.png'), 'mask.png'),",
      `  prompt: ${JSON.stringify(prompt)},`,
      ...(seed === '' ? [] : [`  // @ts-expect-error beside OpenAI's\n  seed: ${seed},`]),
      ...(steps === '' ? [] : [`  // @ts-expect-error beside OpenAI's\n  num_inference_steps: ${steps},`]),
      '});',
    ].join('\n'),
  Python: ({ origin, templateId, prompt, seed, steps }) =>
    [
      'import base64, os, requests',
      '',
      `answer = requests.post("${origin}/v1/images/edits",`,
      '    headers={"authorization": f"Bearer {os.environ.get(\'INSTGENIE_KEY\', \'none\')}"},',
      '    files={"mask": open("mask.png", "rb")},',
      `    data={"template_id": "${templateId}", "prompt": ${JSON.stringify(prompt)}${entry('seed', seed)}${entry('num_inference_steps', steps)}})`,
      'open("edited.png", "wb").write(base64.b64decode(answer.json()["data"][0]["b64_json"]))',
    ].join('\n'),
};

function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function field(name: string, value: string): string {
  return value === '' ? '' : ` -F ${name}=${value}`;
}

function entry(name: string, value: string): string {
  return value === '' ? '' : `, "${name}": ${value}`;
}
