import type { TraceReference } from '../trace-context.ts'

/**
 * The fields by which Cloud Logging shows a line with its trace; elsewhere, they are fields like others.
 * @param project Google Cloud's id of the project that the traces are in; without it, the trace is named by its id alone
 * @see https://cloud.google.com/trace/docs/trace-log-integration
 */
export function traceFields({ traceId, spanId, sampled }: TraceReference, project: string | undefined) {
  return {
    'logging.googleapis.com/trace': project === undefined ? traceId : `projects/${project}/traces/${traceId}`,
    ...(spanId !== undefined && { 'logging.googleapis.com/spanId': spanId }),
    'logging.googleapis.com/trace_sampled': sampled
  }
}
