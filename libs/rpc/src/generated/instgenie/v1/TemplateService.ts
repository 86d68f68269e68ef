import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type {
  CreateTemplateRequest as _instgenie_v1_CreateTemplateRequest,
  CreateTemplateRequest__Output as _instgenie_v1_CreateTemplateRequest__Output,
} from '../../instgenie/v1/CreateTemplateRequest.ts';
import type {
  CreateTemplateResponse as _instgenie_v1_CreateTemplateResponse,
  CreateTemplateResponse__Output as _instgenie_v1_CreateTemplateResponse__Output,
} from '../../instgenie/v1/CreateTemplateResponse.ts';
import type {
  DeleteTemplateRequest as _instgenie_v1_DeleteTemplateRequest,
  DeleteTemplateRequest__Output as _instgenie_v1_DeleteTemplateRequest__Output,
} from '../../instgenie/v1/DeleteTemplateRequest.ts';
import type {
  DeleteTemplateResponse as _instgenie_v1_DeleteTemplateResponse,
  DeleteTemplateResponse__Output as _instgenie_v1_DeleteTemplateResponse__Output,
} from '../../instgenie/v1/DeleteTemplateResponse.ts';
import type {
  GetTemplateRequest as _instgenie_v1_GetTemplateRequest,
  GetTemplateRequest__Output as _instgenie_v1_GetTemplateRequest__Output,
} from '../../instgenie/v1/GetTemplateRequest.ts';
import type {
  GetTemplateResponse as _instgenie_v1_GetTemplateResponse,
  GetTemplateResponse__Output as _instgenie_v1_GetTemplateResponse__Output,
} from '../../instgenie/v1/GetTemplateResponse.ts';
import type {
  GrantTemplateRequest as _instgenie_v1_GrantTemplateRequest,
  GrantTemplateRequest__Output as _instgenie_v1_GrantTemplateRequest__Output,
} from '../../instgenie/v1/GrantTemplateRequest.ts';
import type {
  GrantTemplateResponse as _instgenie_v1_GrantTemplateResponse,
  GrantTemplateResponse__Output as _instgenie_v1_GrantTemplateResponse__Output,
} from '../../instgenie/v1/GrantTemplateResponse.ts';
import type {
  ListTemplatesRequest as _instgenie_v1_ListTemplatesRequest,
  ListTemplatesRequest__Output as _instgenie_v1_ListTemplatesRequest__Output,
} from '../../instgenie/v1/ListTemplatesRequest.ts';
import type {
  ListTemplatesResponse as _instgenie_v1_ListTemplatesResponse,
  ListTemplatesResponse__Output as _instgenie_v1_ListTemplatesResponse__Output,
} from '../../instgenie/v1/ListTemplatesResponse.ts';
import type {
  PinTemplateRequest as _instgenie_v1_PinTemplateRequest,
  PinTemplateRequest__Output as _instgenie_v1_PinTemplateRequest__Output,
} from '../../instgenie/v1/PinTemplateRequest.ts';
import type {
  PinTemplateResponse as _instgenie_v1_PinTemplateResponse,
  PinTemplateResponse__Output as _instgenie_v1_PinTemplateResponse__Output,
} from '../../instgenie/v1/PinTemplateResponse.ts';
import type {
  PrimeTemplateRequest as _instgenie_v1_PrimeTemplateRequest,
  PrimeTemplateRequest__Output as _instgenie_v1_PrimeTemplateRequest__Output,
} from '../../instgenie/v1/PrimeTemplateRequest.ts';
import type {
  PrimeTemplateResponse as _instgenie_v1_PrimeTemplateResponse,
  PrimeTemplateResponse__Output as _instgenie_v1_PrimeTemplateResponse__Output,
} from '../../instgenie/v1/PrimeTemplateResponse.ts';
import type {
  ReadTemplatePictureRequest as _instgenie_v1_ReadTemplatePictureRequest,
  ReadTemplatePictureRequest__Output as _instgenie_v1_ReadTemplatePictureRequest__Output,
} from '../../instgenie/v1/ReadTemplatePictureRequest.ts';
import type {
  ReadTemplatePictureResponse as _instgenie_v1_ReadTemplatePictureResponse,
  ReadTemplatePictureResponse__Output as _instgenie_v1_ReadTemplatePictureResponse__Output,
} from '../../instgenie/v1/ReadTemplatePictureResponse.ts';

/**
 * Looks after templates. A tenant sees its own, and those that others have granted it.
 */
export interface TemplateServiceClient extends grpc.Client {
  /**
   * Adds a picture: first its settings, then the file in pieces of up to 1 MiB. The same picture with the same settings is
   * the same template.
   */
  CreateTemplate(
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  CreateTemplate(
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  CreateTemplate(
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  CreateTemplate(
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  /**
   * Adds a picture: first its settings, then the file in pieces of up to 1 MiB. The same picture with the same settings is
   * the same template.
   */
  createTemplate(
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  createTemplate(
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  createTemplate(
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;
  createTemplate(
    callback: grpc.requestCallback<_instgenie_v1_CreateTemplateResponse__Output>,
  ): grpc.ClientWritableStream<_instgenie_v1_CreateTemplateRequest>;

  /**
   * Deletes a template with its activations, on all workers and tiers, and its picture if no other template has it.
   */
  DeleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  DeleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  DeleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  DeleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Deletes a template with its activations, on all workers and tiers, and its picture if no other template has it.
   */
  deleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  deleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  deleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  deleteTemplate(
    argument: _instgenie_v1_DeleteTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_DeleteTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * A template.
   */
  GetTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  GetTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * A template.
   */
  getTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  getTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  getTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  getTemplate(
    argument: _instgenie_v1_GetTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_GetTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Lets another tenant edit a template, or takes that back. Both use the same activations.
   */
  GrantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  GrantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  GrantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  GrantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Lets another tenant edit a template, or takes that back. Both use the same activations.
   */
  grantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  grantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  grantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  grantTemplate(
    argument: _instgenie_v1_GrantTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_GrantTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * The tenant's templates, by id.
   */
  ListTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  ListTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * The tenant's templates, by id.
   */
  listTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  listTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  listTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;
  listTemplates(
    argument: _instgenie_v1_ListTemplatesRequest,
    callback: grpc.requestCallback<_instgenie_v1_ListTemplatesResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Keeps its activations from being evicted, or lets them be evicted again.
   */
  PinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  PinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  PinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  PinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  /**
   * Keeps its activations from being evicted, or lets them be evicted again.
   */
  pinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  pinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    metadata: grpc.Metadata,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  pinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    options: grpc.CallOptions,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;
  pinTemplate(
    argument: _instgenie_v1_PinTemplateRequest,
    callback: grpc.requestCallback<_instgenie_v1_PinTemplateResponse__Output>,
  ): grpc.ClientUnaryCall;

  /**
   * Computes its activations now, so that the first edit is warm, and tells how far it is.
   */
  PrimeTemplate(
    argument: _instgenie_v1_PrimeTemplateRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_PrimeTemplateResponse__Output>;
  PrimeTemplate(
    argument: _instgenie_v1_PrimeTemplateRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_PrimeTemplateResponse__Output>;
  /**
   * Computes its activations now, so that the first edit is warm, and tells how far it is.
   */
  primeTemplate(
    argument: _instgenie_v1_PrimeTemplateRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_PrimeTemplateResponse__Output>;
  primeTemplate(
    argument: _instgenie_v1_PrimeTemplateRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_PrimeTemplateResponse__Output>;

  /**
   * The file of a template's picture, in pieces.
   */
  ReadTemplatePicture(
    argument: _instgenie_v1_ReadTemplatePictureRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadTemplatePictureResponse__Output>;
  ReadTemplatePicture(
    argument: _instgenie_v1_ReadTemplatePictureRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadTemplatePictureResponse__Output>;
  /**
   * The file of a template's picture, in pieces.
   */
  readTemplatePicture(
    argument: _instgenie_v1_ReadTemplatePictureRequest,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadTemplatePictureResponse__Output>;
  readTemplatePicture(
    argument: _instgenie_v1_ReadTemplatePictureRequest,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<_instgenie_v1_ReadTemplatePictureResponse__Output>;
}

/**
 * Looks after templates. A tenant sees its own, and those that others have granted it.
 */
export interface TemplateServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Adds a picture: first its settings, then the file in pieces of up to 1 MiB. The same picture with the same settings is
   * the same template.
   */
  CreateTemplate: grpc.handleClientStreamingCall<
    _instgenie_v1_CreateTemplateRequest__Output,
    _instgenie_v1_CreateTemplateResponse
  >;

  /**
   * Deletes a template with its activations, on all workers and tiers, and its picture if no other template has it.
   */
  DeleteTemplate: grpc.handleUnaryCall<
    _instgenie_v1_DeleteTemplateRequest__Output,
    _instgenie_v1_DeleteTemplateResponse
  >;

  /**
   * A template.
   */
  GetTemplate: grpc.handleUnaryCall<_instgenie_v1_GetTemplateRequest__Output, _instgenie_v1_GetTemplateResponse>;

  /**
   * Lets another tenant edit a template, or takes that back. Both use the same activations.
   */
  GrantTemplate: grpc.handleUnaryCall<_instgenie_v1_GrantTemplateRequest__Output, _instgenie_v1_GrantTemplateResponse>;

  /**
   * The tenant's templates, by id.
   */
  ListTemplates: grpc.handleUnaryCall<_instgenie_v1_ListTemplatesRequest__Output, _instgenie_v1_ListTemplatesResponse>;

  /**
   * Keeps its activations from being evicted, or lets them be evicted again.
   */
  PinTemplate: grpc.handleUnaryCall<_instgenie_v1_PinTemplateRequest__Output, _instgenie_v1_PinTemplateResponse>;

  /**
   * Computes its activations now, so that the first edit is warm, and tells how far it is.
   */
  PrimeTemplate: grpc.handleServerStreamingCall<
    _instgenie_v1_PrimeTemplateRequest__Output,
    _instgenie_v1_PrimeTemplateResponse
  >;

  /**
   * The file of a template's picture, in pieces.
   */
  ReadTemplatePicture: grpc.handleServerStreamingCall<
    _instgenie_v1_ReadTemplatePictureRequest__Output,
    _instgenie_v1_ReadTemplatePictureResponse
  >;
}

export interface TemplateServiceDefinition extends grpc.ServiceDefinition {
  CreateTemplate: MethodDefinition<
    _instgenie_v1_CreateTemplateRequest,
    _instgenie_v1_CreateTemplateResponse,
    _instgenie_v1_CreateTemplateRequest__Output,
    _instgenie_v1_CreateTemplateResponse__Output
  >;
  DeleteTemplate: MethodDefinition<
    _instgenie_v1_DeleteTemplateRequest,
    _instgenie_v1_DeleteTemplateResponse,
    _instgenie_v1_DeleteTemplateRequest__Output,
    _instgenie_v1_DeleteTemplateResponse__Output
  >;
  GetTemplate: MethodDefinition<
    _instgenie_v1_GetTemplateRequest,
    _instgenie_v1_GetTemplateResponse,
    _instgenie_v1_GetTemplateRequest__Output,
    _instgenie_v1_GetTemplateResponse__Output
  >;
  GrantTemplate: MethodDefinition<
    _instgenie_v1_GrantTemplateRequest,
    _instgenie_v1_GrantTemplateResponse,
    _instgenie_v1_GrantTemplateRequest__Output,
    _instgenie_v1_GrantTemplateResponse__Output
  >;
  ListTemplates: MethodDefinition<
    _instgenie_v1_ListTemplatesRequest,
    _instgenie_v1_ListTemplatesResponse,
    _instgenie_v1_ListTemplatesRequest__Output,
    _instgenie_v1_ListTemplatesResponse__Output
  >;
  PinTemplate: MethodDefinition<
    _instgenie_v1_PinTemplateRequest,
    _instgenie_v1_PinTemplateResponse,
    _instgenie_v1_PinTemplateRequest__Output,
    _instgenie_v1_PinTemplateResponse__Output
  >;
  PrimeTemplate: MethodDefinition<
    _instgenie_v1_PrimeTemplateRequest,
    _instgenie_v1_PrimeTemplateResponse,
    _instgenie_v1_PrimeTemplateRequest__Output,
    _instgenie_v1_PrimeTemplateResponse__Output
  >;
  ReadTemplatePicture: MethodDefinition<
    _instgenie_v1_ReadTemplatePictureRequest,
    _instgenie_v1_ReadTemplatePictureResponse,
    _instgenie_v1_ReadTemplatePictureRequest__Output,
    _instgenie_v1_ReadTemplatePictureResponse__Output
  >;
}
