import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import protobuf from 'protobufjs';

export type Fact = string | number | boolean;

/** A span as a collector sees it. */
export interface SinkSpan {
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  /** In hex, as all ids here. */
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first of a trace. */
  readonly parentId: string | undefined;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly facts: Readonly<Record<string, Fact>>;
  /** Of linked traces. */
  readonly links: readonly string[];
  readonly isError: boolean;
}

interface WireFact {
  readonly key: string;
  readonly value?: {
    readonly stringValue?: string;
    readonly intValue?: string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

interface WireSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly WireFact[];
  readonly links: readonly { readonly traceId: Uint8Array }[];
  readonly status?: { readonly code?: number };
}

interface WireRequest {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes: readonly WireFact[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/** As much of opentelemetry/proto/collector/trace/v1/trace_service.proto as is read here. */
const proto = `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated Fact attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated Fact attributes = 9; repeated Link links = 13; Status status = 15;
}
message Link { bytes trace_id = 1; }
message Status { int32 code = 3; }
message Fact { string key = 1; Value value = 2; }
message Value { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;
const request = protobuf.parse(proto).root.lookupType('Request');
const failedStatus = 2;
const spansMax = 100_000;

/** A collector that keeps what it is sent, over OTLP and HTTP. */
export class OtlpSink implements AsyncDisposable {
  readonly spans: SinkSpan[] = [];
  readonly #server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async start(): Promise<OtlpSink> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the sink has no port');
    const sink = new OtlpSink(server, address.port);
    server.on('request', (message, response) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        sink.#take(Buffer.concat(chunks));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    return sink;
  }

  /** What services are told. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/v1/traces`;
  }

  /** Spans of a trace, as they began. */
  trace(traceId: string): readonly SinkSpan[] {
    return this.spans.filter((span) => span.traceId === traceId).toSorted((a, b) => a.beganMs - b.beganMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #take(body: Uint8Array): void {
    const message = request.toObject(request.decode(body), { longs: String, arrays: true });
    for (const { resource, scopeSpans } of (message as WireRequest).resourceSpans) {
      const { 'service.name': service, 'service.instance.id': instance } = factsOf(resource?.attributes ?? []);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        if (this.spans.length < spansMax)
          this.spans.push({ ...read(span), service: `${service}`, instance: `${instance}` });
      }
    }
  }
}

function read(span: WireSpan): Omit<SinkSpan, 'service' | 'instance'> {
  const parent = hex(span.parentSpanId ?? new Uint8Array());
  return {
    name: span.name,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: parent === '' ? undefined : parent,
    beganMs: milliseconds(span.startTimeUnixNano),
    endedMs: milliseconds(span.endTimeUnixNano),
    facts: factsOf(span.attributes),
    links: span.links.map(({ traceId }) => hex(traceId)),
    isError: span.status?.code === failedStatus,
  };
}

function factsOf(facts: readonly WireFact[]): Record<string, Fact> {
  return Object.fromEntries(
    facts.map(({ key, value: { stringValue, boolValue, intValue, doubleValue } = {} }) => [
      key,
      stringValue ?? boolValue ?? doubleValue ?? Number(intValue ?? 0),
    ]),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}
