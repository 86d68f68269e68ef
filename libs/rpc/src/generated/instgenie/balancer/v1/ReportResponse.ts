/**
 * What Report answers.
 */
export interface ReportResponse {}

/**
 * What Report answers.
 */
export interface ReportResponse__Output {}
