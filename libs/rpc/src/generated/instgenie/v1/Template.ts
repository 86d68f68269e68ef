import type { Long } from '@grpc/proto-loader';
import type {
  Timestamp as _google_protobuf_Timestamp,
  Timestamp__Output as _google_protobuf_Timestamp__Output,
} from '../../google/protobuf/Timestamp.ts';
import type {
  TemplateSettings as _instgenie_v1_TemplateSettings,
  TemplateSettings__Output as _instgenie_v1_TemplateSettings__Output,
} from '../../instgenie/v1/TemplateSettings.ts';

/**
 * A picture that is edited again and again.
 */
export interface Template {
  /**
   * 24 lower-case hexadecimal digits.
   */
  templateId?: string;
  /**
   * How it is made and kept.
   */
  settings?: _instgenie_v1_TemplateSettings | null;
  /**
   * Width of the picture, pixels.
   */
  width?: number;
  /**
   * Height of the picture, pixels.
   */
  height?: number;
  /**
   * SHA-256 of the file, 64 lower-case hexadecimal digits.
   */
  sha256?: string;
  /**
   * When it was added.
   */
  createTime?: _google_protobuf_Timestamp | null;
  /**
   * When it will be deleted if nobody edits it.
   */
  expireTime?: _google_protobuf_Timestamp | null;
  /**
   * Whether its activations are kept from being evicted.
   */
  isPinned?: boolean;
  /**
   * Whether a worker has its activations now.
   */
  isWarm?: boolean;
  /**
   * What its activations take on a disk, bytes.
   */
  activationBytes?: number | string | Long;
  /**
   * The tenants that may edit it; only its owner sees them.
   */
  grantedTo?: string[];
}

/**
 * A picture that is edited again and again.
 */
export interface Template__Output {
  /**
   * 24 lower-case hexadecimal digits.
   */
  templateId: string;
  /**
   * How it is made and kept.
   */
  settings: _instgenie_v1_TemplateSettings__Output | null;
  /**
   * Width of the picture, pixels.
   */
  width: number;
  /**
   * Height of the picture, pixels.
   */
  height: number;
  /**
   * SHA-256 of the file, 64 lower-case hexadecimal digits.
   */
  sha256: string;
  /**
   * When it was added.
   */
  createTime: _google_protobuf_Timestamp__Output | null;
  /**
   * When it will be deleted if nobody edits it.
   */
  expireTime: _google_protobuf_Timestamp__Output | null;
  /**
   * Whether its activations are kept from being evicted.
   */
  isPinned: boolean;
  /**
   * Whether a worker has its activations now.
   */
  isWarm: boolean;
  /**
   * What its activations take on a disk, bytes.
   */
  activationBytes: number;
  /**
   * The tenants that may edit it; only its owner sees them.
   */
  grantedTo: string[];
}
