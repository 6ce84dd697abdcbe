/** `projects/<project>/topics/<id>`; an id stays an id while nobody knows its project. */
export function fullName(topic: string, project: string | undefined): string {
  return topic.includes('/') || project === undefined ? topic : `projects/${project}/topics/${topic}`
}

/** The topic's id, which is how OpenTelemetry's conventions and Google's own clients call it in spans. */
export function topicId(topic: string): string {
  return topic.slice(topic.lastIndexOf('/') + 1)
}
