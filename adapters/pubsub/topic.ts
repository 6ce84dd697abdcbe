/** `projects/<project>/topics/<id>`; an id stays an id while nobody knows its project. */
export function fullName(topic: string, project: string | undefined): string {
  return topic.includes('/') || project === undefined ? topic : `projects/${project}/topics/${topic}`
}
