/**
 * One wrong field.
 */
export interface _google_rpc_BadRequest_FieldViolation {
  /**
   * Path of the field, with dots: `chunks`, `mask.width`.
   */
  field?: string;
  /**
   * What is wrong with it and what would be right.
   */
  description?: string;
}

/**
 * One wrong field.
 */
export interface _google_rpc_BadRequest_FieldViolation__Output {
  /**
   * Path of the field, with dots: `chunks`, `mask.width`.
   */
  field: string;
  /**
   * What is wrong with it and what would be right.
   */
  description: string;
}

/**
 * Which parts of the request are wrong.
 */
export interface BadRequest {
  /**
   * At least one.
   */
  fieldViolations?: _google_rpc_BadRequest_FieldViolation[];
}

/**
 * Which parts of the request are wrong.
 */
export interface BadRequest__Output {
  /**
   * At least one.
   */
  fieldViolations: _google_rpc_BadRequest_FieldViolation__Output[];
}
