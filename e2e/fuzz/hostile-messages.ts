import fc from 'fast-check';
import { doubles, durations, enums, files, texts, unsigned32, unsigned64 } from './hostile-values.ts';

/** What real ones a generator knows: half of what it makes is nearly right, so that it gets far. */
export interface KnownThings {
  readonly templateIds: readonly string[];
  readonly jobIds: readonly string[];
  readonly pictures: readonly Uint8Array[];
  readonly masks: readonly Uint8Array[];
}

/** A request of a method, as the message's encoder takes it. */
export interface HostileMessage {
  readonly method: string;
  /** One, or many where the method takes a stream. */
  readonly messages: readonly object[];
}

const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Requests to every method of the public API. */
export function hostileMessages(known: KnownThings): fc.Arbitrary<HostileMessage> {
  const ids = (real: readonly string[]) =>
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...real) }, { weight: 1, arbitrary: texts });
  const pictures = files(known.pictures);
  const masks = files(known.masks);
  const templateId = ids(known.templateIds);
  const jobId = ids(known.jobIds);
  const requestId = fc.oneof(
    { weight: 8, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: texts },
    { weight: 2, arbitrary: fc.constantFrom('', 'one', 'two') },
  );

  const source = fc.oneof(
    { weight: 6, arbitrary: templateId.map((id) => ({ templateId: id, source: 'templateId' })) },
    { weight: 4, arbitrary: pictures.map((image) => ({ image, source: 'image' })) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  const rest = fc.record({
    model: rarely(texts),
    mask: sometimes(masks),
    maskMode: sometimes(enums),
    grow: sometimes(unsigned32),
    feather: sometimes(unsigned32),
    prompt: sometimes(texts),
    seed: sometimes(unsigned64),
    steps: rarely(unsigned32),
    strength: rarely(doubles),
    guidance: rarely(doubles),
    count: rarely(unsigned32),
    priority: sometimes(enums),
    format: sometimes(enums),
    size: rarely(fc.record({ width: unsigned32, height: unsigned32 })),
    dense: rarely(fc.boolean()),
    requireWarm: rarely(fc.boolean()),
  });
  const plain = fc.record({ prompt: sometimes(texts), mask: fc.constantFrom(...known.masks) });
  // One field is wrong: what comes after the checks of fields is reached.
  const nearly = fc.tuple(plain, rest, fc.nat({ max: 25 })).map(([good, bad, at]) => {
    const [name, value] = Object.entries(bad)[at] ?? ['prompt', ''];
    return { ...good, ...(value === undefined ? {} : { [name]: value }) };
  });
  const edit = rarelyNothing(fc.tuple(source, nearly).map(([from, how]) => setOnly({ steps: 1, ...from, ...how })));
  const wildEdit = fc.tuple(source, rest).map(([from, how]) => setOnly({ ...from, ...how }));
  const anyEdit = fc.oneof({ weight: 3, arbitrary: edit }, { weight: 1, arbitrary: wildEdit });

  const settings = fc
    .record({
      name: sometimes(texts),
      model: rarely(texts),
      steps: sometimes(unsigned32),
      guidance: rarely(doubles),
      prompt: sometimes(texts),
      noiseSeed: sometimes(unsigned64),
      keepEvery: rarely(unsigned32),
      ttl: durations,
    })
    .map(setOnly);
  const parts = fc.oneof(
    fc.tuple(fc.oneof(settings, fc.constant({ steps: 1 })), pictures).map(([first, data]) => [
      { part: 'settings', settings: first },
      { part: 'data', data },
    ]),
    fc.array(
      fc.oneof(
        settings.map((value) => ({ part: 'settings', settings: value })),
        pictures.map((data) => ({ part: 'data', data })),
        fc.constant({}),
      ),
      {
        maxLength: 4,
      },
    ),
  );
  const page = fc.record({ pageSize: unsigned32, pageToken: fc.oneof(texts, templateId) });
  const of = (method: string, message: fc.Arbitrary<object>) => message.map((one) => ({ method, messages: [one] }));

  return fc.oneof(
    {
      weight: 8,
      arbitrary: of(
        'Edit',
        fc
          .record({
            requestId,
            edit: anyEdit,
            deadline: durations,
            validateOnly: fc.boolean(),
            explain: fc.boolean(),
          })
          .map(setOnly),
      ),
    },
    {
      weight: 5,
      arbitrary: of(
        'StreamEdit',
        fc.record({ requestId, edit: anyEdit, deadline: durations, previews: rarely(unsigned32) }).map(setOnly),
      ),
    },
    of('CancelEdit', fc.record({ requestId })),
    { weight: 3, arbitrary: parts.map((messages) => ({ method: 'CreateTemplate', messages })) },
    of('GetTemplate', fc.record({ templateId })),
    of('ListTemplates', page),
    of('ReadTemplatePicture', fc.record({ templateId })),
    of('DeleteTemplate', fc.record({ templateId: texts })),
    of('PrimeTemplate', fc.record({ templateId, mask: masks, maskMode: enums })),
    of('PinTemplate', fc.record({ templateId, isPinned: fc.boolean() })),
    of('GrantTemplate', fc.record({ templateId, tenant: texts, isGranted: fc.boolean() })),
    {
      weight: 2,
      arbitrary: of(
        'SubmitJob',
        fc
          .record({
            requestId,
            edits: fc.array(
              anyEdit.map((one) => one ?? {}),
              { maxLength: 3 },
            ),
            webhookUrl: rarely(fc.oneof(texts, fc.webUrl(), fc.constant('http://169.254.169.254/'))),
            ttl: durations,
          })
          .map(setOnly),
      ),
    },
    of('GetJob', fc.record({ jobId })),
    of('ListJobs', page),
    of('CancelJob', fc.record({ jobId })),
    of('WatchJob', fc.record({ jobId })),
    of('ReadJobResult', fc.record({ jobId, item: unsigned32, picture: unsigned32 })),
    of('ListModels', fc.constant({})),
  );
}

function rarelyNothing<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 30 });
}

function setOnly(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
