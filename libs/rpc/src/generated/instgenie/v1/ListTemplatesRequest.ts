/**
 * What is asked of ListTemplates.
 */
export interface ListTemplatesRequest {
  /**
   * How many at most, 1 to 1000; 0 is taken as 100.
   */
  pageSize?: number;
  /**
   * Of the answer before; empty for the first page.
   */
  pageToken?: string;
}

/**
 * What is asked of ListTemplates.
 */
export interface ListTemplatesRequest__Output {
  /**
   * How many at most, 1 to 1000; 0 is taken as 100.
   */
  pageSize: number;
  /**
   * Of the answer before; empty for the first page.
   */
  pageToken: string;
}
