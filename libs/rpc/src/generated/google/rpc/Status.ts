import type {
  Any as _google_protobuf_Any,
  Any__Output as _google_protobuf_Any__Output,
} from '../../google/protobuf/Any.ts';

/**
 * A failed call, as it travels in the trailer `grpc-status-details-bin`.
 */
export interface Status {
  /**
   * The gRPC status code; the same as in the trailer `grpc-status`.
   */
  code?: number;
  /**
   * What is wrong, for the caller; the same as in the trailer `grpc-message`.
   */
  message?: string;
  /**
   * Messages of error_details.proto, each at most once.
   */
  details?: _google_protobuf_Any[];
}

/**
 * A failed call, as it travels in the trailer `grpc-status-details-bin`.
 */
export interface Status__Output {
  /**
   * The gRPC status code; the same as in the trailer `grpc-status`.
   */
  code: number;
  /**
   * What is wrong, for the caller; the same as in the trailer `grpc-message`.
   */
  message: string;
  /**
   * Messages of error_details.proto, each at most once.
   */
  details: _google_protobuf_Any__Output[];
}
